package relay

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// desk knows which buckets are being worked on, which rest after a failure, and since when entries wait.
type desk struct {
	cfg    Config
	places chan struct{} // one for each worker

	mu     sync.Mutex
	busy   map[int]bool
	failed map[int]failure
	since  map[int]int64           // ms: since when the entry at the bucket's head waits, as far as is known
	acked  map[int]map[string]bool // entries that Kafka has and that could not be trimmed
}

// failure is what keeps a bucket from being worked on.
type failure struct {
	times int
	until time.Time
}

func newDesk(cfg Config) *desk {
	return &desk{
		cfg: cfg, places: make(chan struct{}, cfg.Buckets),
		busy: map[int]bool{}, failed: map[int]failure{}, since: map[int]int64{}, acked: map[int]map[string]bool{},
	}
}

// enter takes a worker's place; false when ctx ends first.
func (d *desk) enter(ctx context.Context) bool {
	select {
	case d.places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (d *desk) leave() { <-d.places }

// take gives a bucket to a worker, unless another has it or it rests.
func (d *desk) take(bucket int, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy[bucket] || now.Before(d.failed[bucket].until) {
		return false
	}
	d.busy[bucket] = true
	return true
}

// done takes it back; after a failure it rests.
func (d *desk) done(bucket int, err error, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.busy, bucket)
	if err == nil {
		delete(d.failed, bucket)
		return
	}
	f := d.failed[bucket]
	f.until = now.Add(d.wait(f.times))
	f.times++
	d.failed[bucket] = f
}

// wait is how long to wait after so many failures in a row: doubled each time, half of it by chance.
func (d *desk) wait(failures int) time.Duration {
	wait := min(d.cfg.RetryBase<<min(failures, 20), d.cfg.RetryMax)
	return wait/2 + rand.N(wait/2+1)
}

// head notes since when a bucket's first entry waits; 0 = it is empty.
func (d *desk) head(bucket int, at int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at == 0 {
		delete(d.since, bucket)
		return
	}
	d.since[bucket] = at
}

// lag says how many buckets wait, and how long the oldest entry at their heads has. When they could not be asked for,
// those that were known to wait are taken to wait still.
func (d *desk) lag(waiting []int, known bool, now time.Time) (int, time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := now.UnixMilli()
	if known {
		since := make(map[int]int64, len(waiting))
		for _, bucket := range waiting {
			since[bucket] = or(d.since[bucket], at)
		}
		d.since = since
	}
	oldest := at
	for _, since := range d.since {
		oldest = min(oldest, since)
	}
	return len(d.since), time.Duration(at-oldest) * time.Millisecond
}

// keep remembers entries that Kafka has, until they are trimmed: they are not published again meanwhile.
func (d *desk) keep(bucket int, keys map[string]bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(keys) == 0 {
		delete(d.acked, bucket)
		return
	}
	d.acked[bucket] = keys
}

// kept are those of a bucket.
func (d *desk) kept(bucket int) map[string]bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.acked[bucket]
}
