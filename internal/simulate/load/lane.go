package load

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/orders"
)

// lane carries one lane of a load of orders: one connection, one request after the other.
type lane struct {
	*worker

	author  *orders.Author
	backlog time.Duration
	number  int64
	to      Gateway
	ahead   *sharedReserve
	sends   []orders.Send
}

// run sends each request when it is due, or as soon after that as the one before it is answered. What is left when
// ctx ends is noted as not sent, as far as the ledger says that it may have been.
func (w *lane) run(ctx, sending context.Context) error {
	walk := w.author.Lane(w.number)
	for tick, more := int64(0), true; more; tick++ {
		w.sends, more = walk.Next(w.sends[:0])
		block := w.author.Block(w.number, tick)
		going := w.await(ctx, sending, w.author.Due(tick))
		if w.number == 0 {
			w.due.Store(min(w.author.OrdersUntil(tick), w.total))
		}
		switch {
		case !going && !w.ahead.issued(block):
			return nil
		case len(w.sends) == 0:
			continue
		case !going || time.Since(w.start.Add(w.author.Due(tick))) > w.backlog:
			w.skipped.Add(int64(len(w.sends)))
			if err := w.deps.Book.Outcome(ledger.Outcome{Block: block, State: ledger.Skipped}); err != nil {
				return err
			}
			continue
		}
		if err := w.ahead.cover(block); err != nil {
			return err
		}
		if err := w.carry(sending, block, tick); err != nil {
			return err
		}
	}
	return nil
}

// carry sends one request until there is an answer, and notes it.
func (w *lane) carry(ctx context.Context, block, tick int64) error {
	w.body, w.ends = w.body[:0], w.ends[:0]
	for _, s := range w.sends {
		w.body = append(w.author.Append(w.body, s.N), '\n')
		w.ends = append(w.ends, len(w.body))
	}
	o := ledger.Outcome{Block: block, State: ledger.Answered, Sent: w.since()}
	var answer Answer
	err := w.retry(ctx, func() (err error) {
		o.Tries++
		answer, err = w.to.Post(ctx, w.body, w.ends)
		return err
	})
	now := time.Now()
	o.Done, o.Rejected, o.Refused = now.Sub(w.start).Milliseconds(), answer.Rejected, answer.Refused
	if err != nil {
		o.State, o.Done = ledger.Doubt, 0
	} else {
		w.answered.Add(int64(len(w.sends)))
	}
	w.tally.lane(w, tick, &o, now)
	if o.Tries > 1 || err != nil {
		w.body = nil // a request that failed may still be read
	}
	if _, busy := errors.AsType[*Busy](err); err != nil && !busy && ctx.Err() == nil {
		return errors.Join(fmt.Errorf("the gateway refuses us: %w", err), w.deps.Book.Outcome(o))
	}
	return w.deps.Book.Outcome(o)
}

// lane counts a request's answer; all of its events were due when it was.
func (t *tally) lane(w *lane, tick int64, o *ledger.Outcome, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.Requests++
	if o.Tries > 1 {
		t.sum.Repeated++
	}
	records := int64(len(w.sends))
	if o.State != ledger.Answered {
		t.sum.Doubtful += records
		return
	}
	t.last = now
	t.sum.Acked += records - o.Rejected
	t.sum.Refused += o.Rejected
	if w.author.OrdersUntil(tick) <= w.total { // what comes behind is only what was held back
		t.steady, t.steadySum = now, t.sum.Acked+t.sum.Refused
	}
	t.record(now.Sub(w.start.Add(w.author.Due(tick))), records)
	for _, s := range w.sends {
		t.sort(w.author, s)
	}
}

// sort counts an event by what it is; the lock is held.
func (t *tally) sort(author *orders.Author, s orders.Send) {
	if s.Again {
		t.sum.Doubled++
		return
	}
	order := author.Order(orders.OrderOf(s.N))
	switch orders.SlotOf(s.N) {
	case orders.Void:
		t.sum.Voided++
	case orders.Bought:
		t.sum.Purchased++
	case orders.Completed:
		if order.Late {
			t.sum.Late++
		}
	case orders.Created:
	}
}
