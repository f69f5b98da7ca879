package locks

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sluice/internal/resp"
)

// Config of a measurement.
type Config struct {
	Addr    string        // host:port of a Redis without a password
	Prefix  string        // before every key; required. What is left expires within the hour
	Events  int           // completed orders; 1 or more
	Members int           // whose they are, in turn; 1 or more
	Clients int           // at once, a connection each; 1 = one event after the other
	Timeout time.Duration // of one round trip; above 0
}

// Validate reports every complaint at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Addr == "" || c.Prefix == "" {
		errs = append(errs, errors.New("address and prefix must be set"))
	}
	if c.Events < 1 || c.Members < 1 || c.Clients < 1 || c.Timeout <= 0 {
		errs = append(errs, errors.New("events, members, clients and timeout must be above 0"))
	}
	return errors.Join(errs...)
}

// Result is what it came to.
type Result struct {
	Events  int
	Waits   int64         // times that a lock was held by another
	Took    time.Duration // from the first event to the last
	Counted int64         // orders that the store has afterwards, of all members: Events, if the locks are any good
}

// Rate is events a second.
func (r *Result) Rate() float64 { return float64(r.Events) / max(r.Took.Seconds(), 1e-9) }

const (
	lockFor    = "5000" // ms
	lockPause  = time.Millisecond
	keptFor    = "3600" // s
	unlock     = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`
	countField = "orders"
)

// Run counts the orders of all events, each under the lock of its member.
func Run(ctx context.Context, cfg Config) (Result, error) {
	if err := cfg.Validate(); err != nil {
		return Result{}, err
	}
	r := Result{Events: cfg.Events}
	var next, waits atomic.Int64
	clients := make([]*client, cfg.Clients)
	defer func() {
		for _, c := range clients {
			if c != nil {
				_ = c.conn.Close() // what was measured is known
			}
		}
	}()
	for i := range clients {
		var err error
		if clients[i], err = newClient(ctx, &cfg, i); err != nil {
			return r, err
		}
	}
	begin := time.Now()
	group, working := errgroup.WithContext(ctx)
	for _, c := range clients {
		group.Go(func() error { return c.run(working, &next, &waits) })
	}
	err := group.Wait()
	r.Took, r.Waits = time.Since(begin), waits.Load()
	if err == nil {
		r.Counted, err = clients[0].sum()
	}
	return r, err
}

// client is one worker of the old kind.
type client struct {
	cfg    *Config
	conn   *resp.Conn
	name   string // in its locks
	unlock string // the script's digest
}

func newClient(ctx context.Context, cfg *Config, number int) (*client, error) {
	conn, err := resp.Dial(ctx, cfg.Addr, cfg.Timeout)
	if err != nil {
		return nil, err
	}
	c := &client{cfg: cfg, conn: conn, name: strconv.Itoa(number)}
	said, err := conn.Do("SCRIPT", "LOAD", unlock)
	digest, ok := said.(string)
	if err != nil || !ok {
		return nil, errors.Join(fmt.Errorf("loading the script: %w", err), conn.Close())
	}
	c.unlock = digest
	return c, nil
}

func (c *client) run(ctx context.Context, next, waits *atomic.Int64) error {
	for ctx.Err() == nil {
		n := next.Add(1) - 1
		if n >= int64(c.cfg.Events) {
			return nil
		}
		if err := c.event(ctx, int(n), waits); err != nil {
			return fmt.Errorf("counting order %d: %w", n, err)
		}
	}
	return context.Cause(ctx)
}

// event counts one order: lock, read, write, unlock.
func (c *client) event(ctx context.Context, n int, waits *atomic.Int64) error {
	member := strconv.Itoa(n % c.cfg.Members)
	lock, state := c.cfg.Prefix+"lock:"+member, c.key(n%c.cfg.Members)
	for {
		said, err := c.conn.Do("SET", lock, c.name, "NX", "PX", lockFor)
		if err != nil {
			return err
		}
		if said != nil {
			break
		}
		waits.Add(1)
		timer := time.NewTimer(lockPause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
	id := "o" + strconv.Itoa(n)
	said, err := c.conn.Do("HMGET", state, countField, id)
	if err != nil {
		return err
	}
	held, ok := said.([]any)
	if !ok || len(held) != 2 {
		return errors.New("the answer has not two fields")
	}
	if held[1] == nil {
		orders := 0
		if text, known := held[0].(string); known {
			if orders, err = strconv.Atoi(text); err != nil {
				return err
			}
		}
		if _, err := c.conn.Do("HSET", state, countField, strconv.Itoa(orders+1), id, "1"); err != nil {
			return err
		}
	}
	_, err = c.conn.Do("EVALSHA", c.unlock, "1", lock, c.name)
	return err
}

func (c *client) key(member int) string { return c.cfg.Prefix + "state:" + strconv.Itoa(member) }

// sum adds up the counts, and lets the members expire.
func (c *client) sum() (total int64, err error) {
	for member := range c.cfg.Members {
		said, err := c.conn.Do("HGET", c.key(member), countField)
		if err != nil {
			return total, err
		}
		if text, ok := said.(string); ok {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return total, err
			}
			total += n
		}
		if _, err := c.conn.Do("EXPIRE", c.key(member), keptFor); err != nil {
			return total, err
		}
	}
	return total, nil
}
