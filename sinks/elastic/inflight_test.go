package elastic

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
)

// link is a simulated server: it works on so many requests at once, each for so long, and
// lets others wait; beyond its queue it pushes back.
type link struct {
	work    chan struct{}
	service time.Duration
	queue   int // requests that may wait; 0 = any number

	mu      sync.Mutex
	waiting int
	most    int // in the server at once
	done    int
}

func newLink(workers int, service time.Duration, queue int) *link {
	return &link{work: make(chan struct{}, workers), service: service, queue: queue}
}

// serve is one request; it reports whether the server pushed back.
func (l *link) serve() bool {
	l.mu.Lock()
	l.waiting++
	l.most = max(l.most, l.waiting)
	rejected := l.queue > 0 && l.waiting > l.queue
	service := l.service
	l.mu.Unlock()
	if rejected {
		time.Sleep(time.Millisecond)
	} else {
		l.work <- struct{}{}
		time.Sleep(service)
		<-l.work
	}
	l.mu.Lock()
	l.waiting--
	l.done++
	l.mu.Unlock()
	return rejected
}

func (l *link) slow(service time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.service = service
}

// drive keeps the limiter busy from 16 lanes for a while of virtual time.
func drive(t *testing.T, lim *inflight, l *link, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var lanes sync.WaitGroup
	for range 16 {
		lanes.Go(func() {
			for ctx.Err() == nil {
				if lim.acquire(ctx) != nil {
					return
				}
				start := time.Now()
				tr := trip{start: start, bytes: 1 << 20}
				if l.serve() {
					tr.pushback = 1
				}
				tr.took = time.Since(start)
				lim.release(tr)
			}
		})
	}
	lanes.Wait()
}

// watch is the mean of the limit while work lasts.
func watch(t *testing.T, lim *inflight, work func()) float64 {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var sum, looks float64
	var watching sync.WaitGroup
	watching.Go(func() {
		every := time.NewTicker(7 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				lim.mu.Lock()
				sum += float64(lim.allowed())
				lim.mu.Unlock()
				looks++
			}
		}
	})
	work()
	cancel()
	watching.Wait()
	return sum / looks
}

func TestInflightFindsTheServersWidth(t *testing.T) {
	for name, c := range map[string]struct {
		workers, queue int
		low, high      float64 // of the limit, on average: it is a saw, and any moment may be at a tooth's tip
		rate           float64
	}{
		"one worker":                {1, 0, 1, 4, 0.95},
		"two workers":               {2, 0, 2, 6, 0.95},
		"eight workers":             {8, 0, 8, 12, 0.9},
		"wider than the cap":        {64, 0, 15, 16, 0.9},
		"four, then it pushes back": {4, 5, 3, 6, 0.8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lim := newInflight(16, func(int) {})
				l := newLink(c.workers, 100*time.Millisecond, c.queue)
				drive(t, lim, l, 10*time.Second)
				l.done = 0
				mean := watch(t, lim, func() { drive(t, lim, l, 60*time.Second) })
				if mean < c.low || mean > c.high {
					t.Errorf("the limit is %.1f on average, want %v to %v", mean, c.low, c.high)
				}
				most := float64(min(c.workers, 16)) * 600
				if got := float64(l.done) / most; got < c.rate {
					t.Errorf("%.2f of what the server can do, want %.2f", got, c.rate)
				}
			})
		})
	}
}

func TestInflightShrinksWhenAnswersSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim := newInflight(16, func(int) {})
		l := newLink(64, 50*time.Millisecond, 0)
		drive(t, lim, l, 5*time.Second)
		wide := lim.allowed()
		l.slow(time.Second)
		drive(t, lim, l, 15*time.Second)
		if narrow := lim.allowed(); wide < 15 || narrow > 5 {
			t.Errorf("the limit went from %d to %d", wide, narrow)
		}
		drive(t, lim, l, 5*time.Minute) // slow for good: the base is measured afresh
		if again := lim.allowed(); again < 12 {
			t.Errorf("the limit stays at %d though nothing queues", again)
		}
	})
}

func TestInflightHeedsItemsInProportion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct{ pushback, want float64 }{{1, 7}, {0.5, 8.5}, {0.001, 9.997}} {
			lim := newInflight(16, func(int) {})
			lim.limit = 10
			time.Sleep(time.Second)
			sent := time.Now()
			time.Sleep(time.Second)
			for range 5 { // five of one round count once
				lim.under++
				lim.release(trip{start: sent, took: time.Second, bytes: 1000, pushback: c.pushback})
			}
			if diff := lim.limit - c.want; diff > 1e-9 || diff < -1e-9 {
				t.Errorf("pushback %v: the limit is %v, want %v", c.pushback, lim.limit, c.want)
			}
		}
	})
}

func TestInflightNeverBelowOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := 0
		lim := newInflight(4, func(n int) { told = n })
		for range 20 {
			if err := lim.acquire(t.Context()); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			time.Sleep(time.Second)
			lim.release(trip{start: start, took: time.Second, failed: true})
		}
		if lim.allowed() != 1 || told != 1 {
			t.Errorf("the limit is %d, told %d", lim.allowed(), told)
		}
	})
}

func TestInflightQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lim := newInflight(1, func(int) {})
		if err := lim.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		var gaveUp error
		got := make(chan int, 2)
		var all sync.WaitGroup
		all.Go(func() { gaveUp = lim.acquire(ctx) })
		synctest.Wait()
		for i := range 2 {
			all.Go(func() {
				if lim.acquire(t.Context()) == nil {
					got <- i
				}
			})
			synctest.Wait()
		}
		cancel(pipelines.ErrRevoked)
		synctest.Wait()
		if !errors.Is(gaveUp, pipelines.ErrRevoked) || len(lim.waiting) != 2 {
			t.Errorf("who gave up got %v, %d wait", gaveUp, len(lim.waiting))
		}
		for want := range 2 {
			lim.release(trip{start: time.Now(), took: time.Second, bytes: 1})
			if i := <-got; i != want {
				t.Errorf("turn %d went to %d", want, i)
			}
		}
		all.Wait()
	})
}
