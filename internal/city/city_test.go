package city

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"sluice/schemas"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ear is a gateway and an observer that keep what they are told.
type ear struct {
	mu       sync.Mutex
	batches  []*Batch
	came     []time.Time
	took     time.Duration // of each post
	err      error
	posted   int
	refused  int
	dropped  int
	complain error
}

func (e *ear) Post(ctx context.Context, b *Batch) (accepted, refused int, err error) {
	select {
	case <-time.After(e.took):
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return 0, 0, e.err
	}
	e.batches, e.came = append(e.batches, b), append(e.came, time.Now())
	return b.Len() - 1, 1, nil
}

func (e *ear) Posted(_ string, n int)  { e.add(&e.posted, n, nil) }
func (e *ear) Refused(_ string, n int) { e.add(&e.refused, n, nil) }

func (e *ear) Dropped(_ string, n int, why error) { e.add(&e.dropped, n, why) }

func (e *ear) add(to *int, n int, why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	*to += n
	if why != nil {
		e.complain = why
	}
}

func newCity(t testing.TB, cfg Config, e *ear) *City {
	t.Helper()
	c, err := New(cfg, e, e)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// heardPing is a ping and when it came.
type heardPing struct {
	schemas.Ping
	id   string
	line string
	came int64 // ms since 1970 UTC
}

func decode(t testing.TB, line []byte, came int64) heardPing {
	t.Helper()
	h := heardPing{line: string(line), came: came}
	if err := schemas.DecodePing(&h.Ping, bytes.Clone(line)); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	h.id = string(h.DriverID)
	return h
}

func (b *Batch) lines() [][]byte {
	return bytes.Split(bytes.TrimSuffix(b.Body, []byte{'\n'}), []byte{'\n'})
}

// lifeOf lets a city run for a while, without a gateway, and gives its pings by driver in the order they were sent.
func lifeOf(t testing.TB, cfg Config, from, to time.Time) (*City, map[string][]heardPing) {
	t.Helper()
	cfg.QueueBatches = 10_000
	cfg.BatchRecords = 10_000
	c := newCity(t, cfg, &ear{})
	turn := newTurn(&c.cfg, from.UnixMilli())
	heard := map[string][]heardPing{}
	for now := from; !now.After(to); now = now.Add(tickEvery) {
		c.live(turn, now.UnixMilli())
		for len(c.queue) > 0 {
			for _, line := range (<-c.queue).lines() {
				p := decode(t, line, now.UnixMilli())
				heard[p.id] = append(heard[p.id], p)
			}
		}
	}
	return c, heard
}

func TestRunPosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Hour) // the bubble's clock begins with the first second that a ping may have
		e := &ear{took: 20 * time.Millisecond}
		c := newCity(t, Config{Drivers: 200, SendTwice: -1, WrongClocks: -1}, e)
		ctx, stop := context.WithTimeout(t.Context(), 60*time.Second)
		defer stop()
		began := time.Now()
		if err := c.Run(ctx); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if e.refused != len(e.batches) || e.dropped != 0 {
			t.Errorf("%d batches, %d refused, %d dropped", len(e.batches), e.refused, e.dropped)
		}
		pings, late, atOnce := 0, 0, 0
		for i, b := range e.batches {
			if b.Len() != len(b.Ends) || b.Ends[len(b.Ends)-1] != len(b.Body) {
				t.Fatal("ends do not end the lines")
			}
			for _, line := range b.lines() {
				p := decode(t, line, 0)
				pings++
				if e.came[i].Before(began.Add(tickEvery)) {
					atOnce++
				}
				if age := e.came[i].UnixMilli() - p.TS; age < 0 || age > 150 {
					late++
				}
			}
		}
		// 200 drivers, a ping each 2 s for a minute and those just before: 6200, less who is offline or in a tunnel.
		if pings < 4800 || pings > 6300 || late > pings/20 {
			t.Errorf("%d pings, %d of them late", pings, late)
		}
		if atOnce < 160 { // all but who is offline or in a tunnel: nobody waits for the first turn of a driver
			t.Errorf("%d of 200 drivers were there at once", atOnce)
		}
	})
}

func TestASlowGatewayCostsTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &ear{took: 5 * time.Second}
		c := newCity(t, Config{Drivers: 500, QueueBatches: 4, Connections: 1}, e)
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		if err := c.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if !errors.Is(e.complain, ErrSlow) || e.dropped == 0 {
			t.Fatalf("%d dropped: %v", e.dropped, e.complain)
		}
		for i := 1; i < len(e.batches); i++ { // what waits is never older than the queue
			p := decode(t, e.batches[i].lines()[0], 0)
			if age := e.came[i].UnixMilli() - p.TS; age > 6500 && age < 60_000 {
				t.Errorf("a batch came %d ms late", age)
			}
		}
	})
}

func TestAGatewayThatIsAwayIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &ear{err: errors.New("no gateway")}
		c := newCity(t, Config{Drivers: 20, GiveUp: 5 * time.Second, QueueBatches: 1000}, e)
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		go func() {
			time.Sleep(3 * time.Second)
			e.mu.Lock()
			e.err = nil
			e.mu.Unlock()
		}()
		if err := c.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if e.dropped != 0 || len(e.batches) < 100 {
			t.Errorf("%d dropped, %d batches came: %v", e.dropped, len(e.batches), e.complain)
		}
		e.err = errors.New("no gateway")
		c = newCity(t, Config{Drivers: 20, GiveUp: 5 * time.Second, QueueBatches: 1000}, e)
		ctx, stop = context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		if err := c.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if e.dropped == 0 || !errors.Is(e.complain, e.err) {
			t.Errorf("%d dropped: %v", e.dropped, e.complain)
		}
	})
}

func TestConfigIsValidated(t *testing.T) {
	e := &ear{}
	if _, err := New(Config{}, nil, e); err == nil {
		t.Error("no gateway is no complaint")
	}
	bad := Config{
		Drivers: -1, CentreLat: 85, CentreLon: 1, Radius: 10, Every: time.Microsecond, WrongClocks: 2, SendTwice: 2,
		Members: -1, BatchRecords: -1, QueueBatches: -1, Connections: -1, GiveUp: -1, Name: string(make([]byte, 65)),
	}
	var all interface{ Unwrap() []error }
	if err := bad.Validate(); !errors.As(err, &all) || len(all.Unwrap()) != 12 {
		t.Errorf("%v", err)
	}
	if err := (Config{}).Validate(); err != nil {
		t.Error(err)
	}
}
