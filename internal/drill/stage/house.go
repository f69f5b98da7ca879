package stage

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// brokers is how many Kafka nodes a house has.
const brokers = 3

// House is the servers and the ways to them.
type House struct {
	cfg     Config
	admin   func(brokers []string) (Admin, error)
	kafka   Admin
	servers []*Server
	ways    []*Way
	ports   ports

	versions map[string]string // of the servers, by kind
}

// New checks the settings. The maker is called once Kafka answers.
func New(cfg Config, admin func(brokers []string) (Admin, error)) (*House, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("building the house: %w", err)
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("building the house: %w", err)
	}
	cfg.Dir = dir
	return &House{cfg: cfg, admin: admin}, nil
}

// Open starts the servers from nothing and the ways to them; it returns when all answer.
// What it has started is there to be closed, also when it fails.
func (h *House) Open(ctx context.Context) error {
	if err := h.open(ctx); err != nil {
		return fmt.Errorf("opening the house: %w", err)
	}
	return nil
}

func (h *House) open(ctx context.Context) error {
	if _, err := h.stack(ctx, "up", h.base(), "kafka", "elastic", "redis"); err != nil {
		return err
	}
	at, err := h.where(ctx)
	if err != nil {
		return err
	}
	h.versions = map[string]string{"kafka": at["SLUICE_TEST_KAFKA_VERSION"], "elastic": at["SLUICE_TEST_ELASTIC_VERSION"]}
	for n := 1; n <= brokers; n++ {
		name, variable := "kafka-"+strconv.Itoa(n), "SLUICE_TEST_KAFKA_"+strconv.Itoa(n)
		h.servers = append(h.servers, &Server{Name: name, address: at[variable], keeper: h})
		if err := h.lay(name, at[variable+"_WAY"], at[variable+"_PROXIED"]); err != nil {
			return err
		}
	}
	elastic := strings.TrimPrefix(at["SLUICE_TEST_ELASTIC"], "http://")
	h.servers = append(h.servers, &Server{Name: "elastic", address: elastic, keeper: h})
	h.servers = append(h.servers, &Server{Name: "redis", address: at["SLUICE_TEST_REDIS"], keeper: h})
	err = errors.Join(h.lay("elastic", "127.0.0.1:0", elastic), h.lay("redis", "127.0.0.1:0", at["SLUICE_TEST_REDIS"]))
	if err != nil {
		return err
	}
	h.kafka, err = h.admin(h.Brokers())
	return err
}

// lay opens one way.
func (h *House) lay(name, from, to string) error {
	way, err := newWay(name, from, to)
	if err != nil {
		return err
	}
	h.ways = append(h.ways, way)
	return nil
}

// Close ends all that Open started and deletes the servers' data.
func (h *House) Close(ctx context.Context) error {
	for _, way := range h.ways {
		way.Cut()
	}
	var hung error
	if h.kafka.Sweeper != nil {
		hung = h.kafka.Close()
	}
	left := h.unmount()
	if _, err := h.stack(ctx, "down", h.base()); err != nil {
		return errors.Join(fmt.Errorf("closing the house: %w", err), hung, left)
	}
	return errors.Join(hung, left)
}

// Brokers are the addresses of all brokers, past any way.
func (h *House) Brokers() []string {
	var all []string
	for _, s := range named(h.servers, "kafka") {
		all = append(all, s.address)
	}
	return all
}

// Elastic is the URL of Elasticsearch, past any way.
func (h *House) Elastic() string { return "http://" + named(h.servers, "elastic")[0].address }

// Version is that of the servers of a kind: kafka or elastic.
func (h *House) Version(kind string) string { return h.versions[kind] }

// who has a name: role-number, or one without a number.
type who interface{ called() string }

// named are those of the name, or of all names that are it and a number.
func named[T who](all []T, on string) []T {
	var found []T
	for _, one := range all {
		head, number, _ := strings.Cut(one.called(), "-")
		if one.called() == on || head == on && number != "" {
			found = append(found, one)
		}
	}
	return found
}

// only is the one of exactly that name.
func only[T who](all []T, name string) (T, error) {
	for _, one := range all {
		if one.called() == name {
			return one, nil
		}
	}
	var none T
	return none, fmt.Errorf("%w: %q", ErrNobody, name)
}
