package load

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/simulate/ledger"
)

// readers commit so many records a second of a topic to which others write more than that, for ever.
type readers struct {
	begin       time.Time
	ends, reads int64 // records a second
}

func (r *readers) Sample(context.Context) (ledger.Sample, error) {
	gone := time.Since(r.begin)
	at := func(perSecond int64) int64 { return perSecond * gone.Milliseconds() / 1000 }
	now := time.Now().UnixMilli()
	return ledger.Sample{Asked: now, At: now, Readers: []ledger.Reader{{Pipeline: "p", Partitions: []ledger.Offsets{{Committed: at(r.reads), End: at(r.ends)}}}}}, nil
}

// heard keeps what a watcher is told of the drain.
type heard struct {
	mu            sync.Mutex
	before, least int64
	most          int64
}

func (h *heard) Progress(p Progress) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p.Behind < 0 {
		h.before++
	}
	h.least, h.most = min(h.least, p.Behind), max(h.most, p.Behind)
}

func TestTheDrainIsOfWhatWasThereWhenSendingEnded(t *testing.T) {
	for name, c := range map[string]struct {
		reads   int64
		within  time.Duration
		settled bool
	}{
		"others go on writing": {reads: 900, within: 4 * time.Second, settled: true},
		"readers that stand":   {reads: 0, within: 22 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, h := newBench(t), &heard{}
				b.cfg.Plan.Records, b.cfg.Settle = 1000, 20*time.Second
				begin := time.Now()
				s, err := Run(t.Context(), b.cfg, Deps{Gateway: b.gateway, Topic: b.topic, Book: b.book, Offsets: &readers{begin: begin, ends: 1000, reads: c.reads}, Watcher: h})
				took := time.Since(begin) - time.Duration(s.Seconds*float64(time.Second))
				if err != nil || s.Settled != c.settled || took > c.within {
					t.Errorf("%v, settled %v %s after the last answer, want %v within %s", err, s.Settled, took, c.settled, c.within)
				}
				if h.before == 0 || h.least != -1 || h.most <= 0 {
					t.Errorf("the watcher was told %+v", h)
				}
			})
		})
	}
}
