package fault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/pause"
)

// crowd is many clients that take a server's connections and give it nothing to do.
type crowd struct {
	address string // of the gateway, host:port
	members int64
	behave  func(ctx context.Context, conn net.Conn) error // until the connection ends
	health  *pulse

	stop    context.CancelFunc // nil while nobody is there
	all     sync.WaitGroup
	there   atomic.Int64 // connected now
	opened  atomic.Int64
	dropped atomic.Int64 // connections that the server ended
}

// Inject returns once all of them have been connected.
func (c *crowd) Inject(ctx context.Context) error {
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	before := c.opened.Load() // of earlier injections
	for range c.members {
		c.all.Go(func() { c.haunt(life) })
	}
	c.all.Go(func() { c.health.feel(life) })
	return until(ctx, "the crowd is there", func(context.Context) error {
		if n := c.opened.Load() - before; n < c.members {
			return fmt.Errorf("%d of %d clients are connected", n, c.members)
		}
		return nil
	})
}

// haunt is one member: it comes again whenever it is turned out.
func (c *crowd) haunt(ctx context.Context) {
	for ctx.Err() == nil {
		if err := c.visit(ctx); err != nil && ctx.Err() == nil {
			pause.AtMost(ctx, comeAgain)
		}
	}
}

// comeAgain is how long a client waits whom nobody lets in.
const comeAgain = 100 * time.Millisecond

func (c *crowd) visit(ctx context.Context) error {
	dialer := net.Dialer{Timeout: dialWithin}
	conn, err := dialer.DialContext(ctx, "tcp", c.address)
	if err != nil {
		return err
	}
	c.opened.Add(1)
	c.there.Add(1)
	defer c.there.Add(-1)
	leave := context.AfterFunc(ctx, func() { _ = conn.Close() }) // it is all that a client can do
	defer leave()
	err = c.behave(ctx, conn)
	if ctx.Err() == nil && err != nil {
		c.dropped.Add(1)
	}
	return errors.Join(err, conn.Close())
}

// dialWithin is how long a client waits for its connection.
const dialWithin = 10 * time.Second

// Heal sends all of them away. It fails when the server did not say all the while that it is well.
func (c *crowd) Heal(context.Context) error {
	if c.stop == nil {
		return nil
	}
	c.stop()
	c.stop = nil
	c.all.Wait()
	return c.health.verdict()
}

// Saw says how many came, and how many were turned out.
func (c *crowd) Saw() map[string]float64 {
	return map[string]float64{"crowd-opened": float64(c.opened.Load()), "crowd-dropped": float64(c.dropped.Load())}
}

// crowdKind is a row about clients of the gateway.
func crowdKind(about string, with map[string]string, members int64, behave func(*arguments) func(context.Context, net.Conn) error) Kind {
	with["connections"] = fmt.Sprintf("at once; %d when nothing is said", members)
	return Kind{
		About: about, On: []string{"gateway-*"}, With: with,
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			gateway, err := on.Process(f.On)
			if err != nil {
				return nil, err
			}
			at, err := url.Parse(gateway.HTTP())
			if err != nil {
				return nil, err
			}
			args := &arguments{with: f.With}
			c := &crowd{address: at.Host, members: args.number("connections", members), behave: behave(args), health: newPulse(gateway.Ops() + "/healthz")}
			return c, args.wrong()
		},
	}
}
