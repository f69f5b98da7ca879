package broker

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/internal/datadir"
)

// gate stands before every Produce: it refuses when there is no room, or when a write has
// failed, and stamps what it lets through.
type gate struct {
	dir      string
	minFree  int64
	observer Observer
	stamps   *stamps
	full     *atomic.Bool // the broker's: it outlasts this gate
	broken   atomic.Bool  // a write failed: nothing more is taken until the broker is reopened

	mu      sync.Mutex
	pending int64 // bytes let through since the last look
	looked  time.Time

	// Only kfake's goroutine uses these. It asks several times about one request.
	last    kmsg.Request
	refused bool
}

// lookEvery bounds how old the last look at the free space may be.
const lookEvery = time.Second

// refuses says whether a request gets KAFKA_STORAGE_ERROR instead of being handled.
func (g *gate) refuses(r kmsg.Request) bool {
	produce, ok := r.(*kmsg.ProduceRequest)
	if !ok {
		return false
	}
	if r == g.last {
		return g.refused || g.broken.Load()
	}
	g.last = r
	g.refused = g.broken.Load() || !g.room(volume(produce))
	if !g.refused {
		g.stamps.apply(produce)
	}
	return g.refused
}

// room says whether so many bytes may be written. It looks again before what was let through
// since could have used up an eighth of the reserve.
func (g *gate) room(bytes int64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending += bytes
	if g.pending >= g.minFree/8 || time.Since(g.looked) >= lookEvery {
		g.lookLocked(bytes)
	}
	return !g.full.Load()
}

// look keeps the observer informed when nobody produces.
func (g *gate) look() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lookLocked(0)
}

func (g *gate) lookLocked(coming int64) {
	free, err := datadir.Free(g.dir)
	if err != nil {
		g.observer.BrokerFailed(err) // the last answer stands
		return
	}
	g.pending, g.looked = 0, time.Now()
	limit, was := g.minFree+coming, g.full.Load()
	if was {
		limit += g.minFree / 16 // not on and off with every file that goes
	}
	if full := free < limit; full != was {
		g.full.Store(full)
		g.observer.RoomChanged(!full, free)
	}
}

func volume(r *kmsg.ProduceRequest) int64 {
	var n int64
	for _, t := range r.Topics {
		for _, p := range t.Partitions {
			n += int64(len(p.Records))
		}
	}
	return n
}

var errWrite = errors.New("a write to the data directory failed")
