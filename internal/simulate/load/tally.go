package load

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
)

// tally is the summary while it grows.
type tally struct {
	mu    sync.Mutex
	times *hdrhistogram.Histogram // µs from when a record was due to its answer
	last  time.Time               // of the answers

	steady    time.Time // last answer to a block of new records
	steadySum int64     // records answered until then

	drain drain
	sum   Summary
}

const maxMicros = 3_600_000_000

// answer counts a block's answer. The times are counted in steps of a ms over the block's new records,
// which were due one after the other: a count for each would cost more than writing it.
func (t *tally) answer(w *worker, block int64, o *ledger.Outcome, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.Requests++
	if o.Tries > 1 {
		t.sum.Repeated++
	}
	records := int64(len(w.lines))
	if o.State != ledger.Answered {
		t.sum.Doubtful += records
		return
	}
	t.last = now
	t.sum.Acked += records - o.Rejected
	t.sum.Refused += o.Rejected
	if block*w.author.Batch < w.author.Records { // what comes behind is only what was held back
		t.steady, t.steadySum = now, t.sum.Acked+t.sum.Refused
	}
	held := now.Sub(w.start.Add(w.author.BlockDue(block)))
	for i := 0; i < len(w.lines); {
		took, same := held, i+1
		if n := w.lines[i].N; n/w.author.Batch == block {
			due := w.author.Due(n)
			took = now.Sub(w.start.Add(due))
			for same < len(w.lines) && w.author.Due(w.lines[same].N)-due < time.Millisecond {
				same++
			}
		}
		t.record(took, int64(same-i))
		i = same
	}
	t.count(w)
}

func (t *tally) record(took time.Duration, n int64) {
	if t.times == nil {
		t.times = hdrhistogram.New(1, maxMicros, 3)
	}
	micros := min(max(took.Microseconds(), 1), maxMicros)
	_ = t.times.RecordValues(micros, n) // the bounds are kept
}

// count looks at each record of a block that was answered; the lock is held.
func (t *tally) count(w *worker) {
	for _, s := range w.lines {
		if s.Again {
			t.sum.Doubled++
		} else if w.author.Disordered(s.N) {
			t.sum.Disordered++
		}
		switch w.author.Kind(s.N) {
		case plan.Late:
			t.sum.Late++
		case plan.Ahead:
			t.sum.Ahead++
		case plan.Teleport:
			t.sum.Teleported++
		case plan.Refused:
			t.sum.Poisoned++
		case plan.Plain, plan.Dead:
		}
	}
}

// topic counts records written to the topic.
func (t *tally) topic(state ledger.State, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if state == ledger.Answered {
		t.sum.TopicPoison += int64(n)
	} else {
		t.sum.Doubtful += int64(n)
	}
}

// busy counts an attempt without an answer for its records.
func (t *tally) busy(b *Busy) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.LastError = b.Error()
	switch b.Status {
	case 0:
		t.sum.Unanswered++
	case 429:
		t.sum.Status429++
	case 503:
		t.sum.Status503++
	default:
		t.sum.StatusOther++
	}
}
