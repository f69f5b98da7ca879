package load

import (
	"time"

	"sluice/internal/simulate/ledger"
)

// drain is how far the readers are with what was in the topic when sending ended. The tally's lock guards it.
type drain struct {
	ended  time.Time     // when sending did; zero = it has not
	goal   ledger.Sample // the first one asked for after that: its ends are to be committed
	behind int64         // records, by the last sample; valid with a goal
}

// end notes that nothing more is sent.
func (t *tally) end(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drain.ended = at
}

// sampled takes a look at the readers.
func (t *tally) sampled(s ledger.Sample) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d := &t.drain
	if d.ended.IsZero() || s.Asked < d.ended.UnixMilli() {
		return
	}
	if len(d.goal.Readers) == 0 {
		d.goal = s
	}
	d.behind = s.Behind(&d.goal)
}

// settled says that the readers have committed all that was in the topic when sending ended.
func (t *tally) settled() bool { return t.behind() == 0 }

// behind is how many records the readers have not committed of what was sent; -1 = that is not known yet.
func (t *tally) behind() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.drain.left()
}

func (d *drain) left() int64 {
	if len(d.goal.Readers) == 0 {
		return -1
	}
	return d.behind
}
