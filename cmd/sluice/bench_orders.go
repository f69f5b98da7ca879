package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"sluice/internal/bench/locks"
)

// benchOrdersCmd is `sluice bench orders`.
type benchOrdersCmd struct {
	configFlag
	Redis   string        `help:"host:port of one Redis without a password, instead of the configuration's first." placeholder:"HOST:PORT"`
	Events  int           `help:"Completed orders of each row." default:"20000"`
	Members int           `help:"Whose they are, in turn." default:"5000"`
	Clients int           `help:"Of the row with many: at once." default:"64"`
	Timeout time.Duration `help:"Of one round trip." default:"5s"`
	JSON    bool          `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (benchOrdersCmd) Help() string {
	return `Measures a lock per message (SET NX PX, read, write, unlock by script) on a Redis, one event after the other and with many clients: what order-levels is compared with. ` +
		`Its keys have a prefix of their own and expire within the hour. Exit code 1 when an order is counted twice or not at all.

Example:
  sluice bench orders --redis 127.0.0.1:6379 --events 100000`
}

// ordersRow is one row as it is printed.
type ordersRow struct {
	Row     string  `json:"row"`
	Events  int     `json:"events"`
	Seconds float64 `json:"seconds"`
	Rate    float64 `json:"rate"`  // events a second
	Waits   int64   `json:"waits"` // for a lock that another held
}

// Run measures and prints.
func (c *benchOrdersCmd) Run(ctx context.Context, p *process) error {
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	addr := c.Redis
	if addr == "" && len(cfg.Redis.Addrs) > 0 {
		addr = cfg.Redis.Addrs[0]
	}
	for _, clients := range []int{1, c.Clients} {
		load := locks.Config{Addr: addr, Prefix: "bench-" + newRun(), Events: c.Events, Members: c.Members, Clients: clients, Timeout: c.Timeout}
		if err := load.Validate(); err != nil {
			return usage(err)
		}
		p.tell("a lock per message, " + countDoing(int64(clients), "client", "works", "work"))
		r, err := locks.Run(ctx, load)
		if err != nil {
			return err
		}
		if r.Counted != int64(r.Events) {
			return fmt.Errorf("%d orders are counted of %d: the locks are no good", r.Counted, r.Events)
		}
		if err := c.print(p.stdout, &ordersRow{
			Row: fmt.Sprintf("lock-%d", clients), Events: r.Events, Seconds: r.Took.Seconds(), Rate: r.Rate(), Waits: r.Waits,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (c *benchOrdersCmd) print(w io.Writer, r *ordersRow) error {
	var err error
	if c.JSON {
		err = json.NewEncoder(w).Encode(r)
	} else {
		_, err = fmt.Fprintf(w, "%-9s %8d events in %7.2f s: %9.0f/s, %d waits for a lock\n", r.Row, r.Events, r.Seconds, r.Rate, r.Waits)
	}
	if err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
