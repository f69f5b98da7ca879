package city

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Gateway takes what the city has to say.
type Gateway interface {
	// Post sends one batch, NDJSON of its stream, and says how many records were accepted and how many
	// refused. An error says that it is not known: the batch is sent again.
	Post(ctx context.Context, b *Batch) (accepted, refused int, err error)
}

// Observer is told what becomes of the records of a stream. It must not block, and is called from
// several goroutines at once.
type Observer interface {
	Posted(stream string, records int)             // accepted by the gateway
	Refused(stream string, records int)            // answered, and not accepted
	Dropped(stream string, records int, why error) // never accepted: the gateway is slower than the city, or away
}

// ErrSlow is why the oldest batch is dropped when the queue is full.
var ErrSlow = errors.New("the gateway is slower than the city")

// City is a town and its people. It is made by New and runs once.
type City struct {
	cfg      Config
	town     *town
	people   []driver
	router   *router
	hops     []hop  // of the tour being planned, reused
	name     []byte // of the city, in each ping
	gateway  Gateway
	observer Observer
	queue    chan *Batch
	coming   happenings // to orders
	planned  int        // of them, so far
}

// New builds the town and settles its drivers in it.
func New(cfg Config, gateway Gateway, observer Observer) (*City, error) {
	err := cfg.Validate()
	if gateway == nil || observer == nil {
		err = errors.Join(err, errors.New("city: needs a gateway and an observer"))
	}
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	t := newTown(cfg.Seed, cfg.Radius)
	c := &City{
		cfg: cfg, town: t, people: make([]driver, cfg.Drivers), router: newRouter(t.roads), name: []byte(cfg.Name),
		gateway: gateway, observer: observer, queue: make(chan *Batch, cfg.QueueBatches),
	}
	for i := range c.people {
		c.people[i] = newDriver(&cfg, t, i)
	}
	return c, nil
}

// tickEvery is how often the pings that are due are sent: none is later than that.
const tickEvery = 100 * time.Millisecond

// Run lets the city live until ctx ends. Time is the wall clock's. It does not wait for the
// gateway: what is not taken in time is dropped, the oldest first. At the end what is still queued or under way is left behind.
func (c *City) Run(ctx context.Context) error {
	var senders sync.WaitGroup
	for range c.cfg.Connections {
		senders.Go(func() { c.send(ctx) })
	}
	defer senders.Wait()
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	now := time.Now().UnixMilli()
	turn := newTurn(&c.cfg, now-c.cfg.Every.Milliseconds()) // the last ping of each: who looks at once sees them all
	c.live(turn, now)
	for {
		select {
		case <-tick.C:
			c.live(turn, time.Now().UnixMilli())
		case <-ctx.Done():
			return nil
		}
	}
}

// live lets every driver whose turn has come by now report, in batches.
func (c *City) live(t *turn, now int64) {
	t.catchUp(now)
	b := &Batch{Stream: StreamPings}
	for {
		i, at, due := t.next(now)
		if !due {
			break
		}
		c.people[i].report(c, at, b)
		if b.Len() >= c.cfg.BatchRecords {
			c.put(b)
			b = &Batch{Stream: StreamPings, Body: make([]byte, 0, len(b.Body)+len(b.Body)/8), Ends: make([]int, 0, len(b.Ends))}
		}
	}
	if b.Len() > 0 {
		c.put(b)
	}
	c.tell(now)
}
