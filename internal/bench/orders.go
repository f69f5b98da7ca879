package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sluice/internal/bench/bare"
	"sluice/internal/bench/crowd"
)

// OrdersConfig is a run on member levels.
type OrdersConfig struct {
	Binary  string   // the sluice to be measured, which also serves the baselines; required
	Brokers []string // Kafka without TLS and SASL; none = the embedded broker, in a process of its own
	Redis   string   // host:port of one server without TLS and password; required
	Prefix  string   // of every topic and key of this run, all removed afterwards; required

	Events     int64         // order events of the backlog; 0 = 1,000,000
	Members    int           // who have orders at any one time; 0 = 50,000
	Partitions int           // 0 = 8
	Locks      int           // orders of each measurement of locks; 0 = 20,000
	Clients    int           // with locks, at once; 0 = 64
	Only       []string      // rows, in any order; empty = all
	For        time.Duration // of each measurement by time; 0 = 20 s
	Runs       int           // of each ratio, the median counts; 0 = 1
	ProfileDir string        // a CPU profile of each measured process goes there; "" = none
}

func (c *OrdersConfig) applyDefaults() {
	setDefault(&c.Events, 1_000_000)
	setDefault(&c.Members, 50_000)
	setDefault(&c.Partitions, 8)
	setDefault(&c.Locks, 20_000)
	setDefault(&c.Clients, 64)
	setDefault(&c.For, 20*time.Second)
	setDefault(&c.Runs, 1)
}

// Validate reports every complaint at once.
func (c *OrdersConfig) Validate() error {
	full := *c
	full.applyDefaults()
	var complaints []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			complaints = append(complaints, fmt.Errorf(format, args...))
		}
	}
	complain(c.Binary != "", "the binary to be measured is required")
	complain(c.Redis != "", "the address of a Redis is required")
	complain(c.Prefix != "", "a prefix is required")
	complain(full.Partitions > 0 && full.Partitions <= 256, "partitions is %d, must be 1 to 256", c.Partitions)
	complain(full.Members >= full.Partitions, "members is %d, must be at least the number of partitions (%d)", c.Members, full.Partitions)
	complain(full.Events >= 100_000 && full.Events >= 2*int64(full.Members), "events is %d, must be at least 100,000 and two for each member (%d)", c.Events, full.Members)
	complain(full.Locks > 0, "locks is %d, must be above 0", c.Locks)
	complain(full.Clients > 1, "clients is %d, must be above 1", c.Clients)
	complain(full.For >= 5*time.Second, "for is %s, must be at least 5 s", c.For)
	complain(full.Runs > 0, "runs is %d, must not be negative", c.Runs)
	for _, name := range c.Only {
		complain(slices.Contains(OrdersRowNames(), name), "row %q is not one of %v", name, OrdersRowNames())
	}
	return errors.Join(complaints...)
}

// orders is one run in progress; what it shares with the other benches is in run.
type orders struct {
	run

	cfg     OrdersConfig
	broker  *resident // nil with a Kafka of its own
	backlog ordersSpace
	limits  *limits // nil until they are measured
	applied bool    // the store of the backlog has all of it
}

// RunOrders measures member levels. A row that fails does not keep the others from running: the report holds what was
// measured, the error what was not.
func RunOrders(ctx context.Context, cfg OrdersConfig, watch Watcher) (_ *Report, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configuring the bench: %w", err)
	}
	cfg.applyDefaults()
	o := &orders{cfg: cfg, run: run{watch: watch, http: newHTTP(), best: map[string]float64{}}}
	if err := o.open(ctx); err != nil {
		return nil, err
	}
	report := &Report{Config: Setting{Events: cfg.Events, Members: cfg.Members, Partitions: cfg.Partitions, Runs: cfg.Runs, For: cfg.For}}
	if report.Machine, err = o.machine(ctx); err == nil {
		err = o.measure(ctx)
	}
	report.Lines = o.lines
	// What was made is removed even after an interrupt.
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return report, errors.Join(err, o.close(clean))
}

func (o *orders) open(ctx context.Context) (err error) {
	if o.scratch, err = os.MkdirTemp("", "sluice-bench-"); err != nil {
		return fmt.Errorf("making a directory for data: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.close(ctx))
		}
	}()
	if len(o.cfg.Brokers) == 0 {
		o.watch.Began("starting the embedded broker")
		// It outlives an interrupt: what was made in it is removed first.
		if o.broker, err = o.up(context.WithoutCancel(ctx), "kafka"); err != nil {
			return fmt.Errorf("starting a broker: %w", err)
		}
		o.cfg.Brokers = []string{o.broker.kafka}
	}
	o.run.cfg = Config{
		Binary: o.cfg.Binary, Brokers: o.cfg.Brokers, Prefix: o.cfg.Prefix, Records: o.cfg.Events, Partitions: o.cfg.Partitions,
		For: o.cfg.For, Runs: o.cfg.Runs, ProfileDir: o.cfg.ProfileDir,
	}
	if o.kafka, err = bare.Open(o.cfg.Brokers); err != nil {
		return err
	}
	o.backlog = o.space("backlog")
	return nil
}

// up starts a process with all in it, on a directory of that name.
func (o *orders) up(ctx context.Context, dir string) (*resident, error) {
	e := &embedded{cfg: EmbeddedConfig{Binary: o.cfg.Binary}, http: o.http, data: filepath.Join(o.scratch, dir)}
	return e.up(ctx)
}

func (o *orders) close(ctx context.Context) error {
	defer o.http.CloseIdleConnections()
	var errs []error
	if o.kafka != nil {
		errs = append(errs, o.forgetKeys(ctx, o.cfg.Prefix), o.kafka.Forget(o.cfg.Prefix), o.kafka.Close())
	}
	if o.broker != nil {
		errs = append(errs, o.broker.child.Stop())
	}
	return errors.Join(append(errs, os.RemoveAll(o.scratch))...)
}

func (o *orders) machine(ctx context.Context) (Machine, error) {
	m, err := host(ctx)
	if err != nil {
		return m, err
	}
	if m.Redis, err = o.redisVersion(ctx); err != nil {
		return m, err
	}
	if o.broker != nil {
		m.Kafka = "embedded, in a process of its own"
		return m, nil
	}
	m.Kafka, err = o.kafka.Version()
	return m, err
}

// crowd is who has orders in a space; no order is made twice in one.
func (o *orders) crowd() (*crowd.Crowd, error) {
	return crowd.New(o.cfg.Members, o.cfg.Partitions, time.Now().UnixMilli())
}
