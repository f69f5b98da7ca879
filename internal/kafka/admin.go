package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/IBM/sarama"
)

// Admin makes topics and answers how things stand. It connects at its first use, and again
// after a failure.
type Admin struct {
	cfg  Config
	conf *sarama.Config

	mu     sync.Mutex
	client sarama.Client
	admin  sarama.ClusterAdmin
	closed bool // a question whose asker has left may still be on its way: it must not dial any more
}

var errAdminClosed = errors.New("the admin is closed")

// NewAdmin checks the settings; it does not dial.
func NewAdmin(cfg Config) (*Admin, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	conf, err := cfg.client()
	if err != nil {
		return nil, err
	}
	conf.Admin.Timeout = cfg.RequestTimeout
	conf.Metadata.Full = true // without it sarama does not look for the controller
	return &Admin{cfg: cfg, conf: conf}, nil
}

// Ping returns nil when a broker answers: what readyz wants to know.
func (a *Admin) Ping(ctx context.Context) error {
	_, err := await(ctx, func() (struct{}, error) {
		client, _, err := a.connect()
		if err != nil {
			return struct{}{}, err
		}
		_, err = client.RefreshController()
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("asking Kafka: %w", err)
	}
	return nil
}

// Close hangs up; what is asked afterwards fails.
func (a *Admin) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	if a.admin == nil {
		return nil
	}
	err := a.admin.Close() // closes the client too
	a.admin, a.client = nil, nil
	return err
}

// connect dials, or gives what is there: sarama mends a client's connections by itself.
func (a *Admin) connect() (sarama.Client, sarama.ClusterAdmin, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.closed:
		return nil, nil, errAdminClosed
	case a.admin != nil:
		return a.client, a.admin, nil
	}
	client, err := sarama.NewClient(a.cfg.Brokers, a.conf)
	if err != nil {
		return nil, nil, fmt.Errorf("making the admin's client: %w", a.cfg.unreached(err))
	}
	admin, err := sarama.NewClusterAdminFromClient(client)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("finding the controller: %w", err), client.Close())
	}
	a.client, a.admin = client, admin
	return client, admin, nil
}
