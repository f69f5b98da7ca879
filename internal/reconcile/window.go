package reconcile

import (
	"sluice/schemas"
	"sluice/schemas/rules"
)

// keptMonths is how many months before the present one are compared. Stores keep one more, so that none
// expires under a pass.
const keptMonths = 12

// window is the months that a pass compares, all that stores take events of.
type window struct {
	rules  *rules.Rules
	months []schemas.Month // one after the other
}

func newWindow(by *rules.Rules, now int64) window {
	w := window{rules: by}
	for m, last := by.Month(now).Add(-keptMonths), by.Month(now).Add(1); m <= last; m = m.Add(1) {
		w.months = append(w.months, m)
	}
	return w
}

// place is where a month is in the window, -1 outside.
func (w *window) place(m schemas.Month) int {
	for i := range w.months {
		if w.months[i] == m {
			return i
		}
	}
	return -1
}

// fact is what the index says of one order.
type fact struct {
	id           int64
	at           int64         // ms: the completion, or when it became void
	month        schemas.Month // of that moment
	second       int32
	completed    schemas.Month // of the completion; 0 = none
	void         bool
	counts, tomb bool // within the window: the order counts, or has a tombstone
}

// fact reads a fact by the calendar.
func (w *window) fact(f *schemas.OrderFact) fact {
	is := fact{id: f.OrderID, at: f.CompletedAt, void: f.VoidAt != 0}
	if f.CompletedAt != 0 {
		is.completed = w.rules.Month(f.CompletedAt)
	}
	if is.void {
		is.at = f.VoidAt
	}
	is.month, is.second = w.rules.Second(is.at)
	inside := w.place(is.month) >= 0
	is.counts, is.tomb = inside && !is.void, inside && is.void
	return is
}
