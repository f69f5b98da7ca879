package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"sluice/internal/pause"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
	"sluice/pipelines"
)

// worker carries one block after the other: one connection. Its buffers are used again.
type worker struct {
	*load
	body   []byte
	ends   []int
	lines  []plan.Send // the records of body
	strays []pipelines.Record
}

// run works until there are no more tasks. Once ctx has ended what still waits is skipped; sending ends
// a grace later, or when another worker has failed.
func (w *worker) run(ctx, sending context.Context) error {
	for t := range w.tasks {
		w.waiting.Add(-int64(len(*t.sends)))
		var err error
		if ctx.Err() != nil || sending.Err() != nil {
			err = w.skip(t)
		} else {
			err = w.carry(sending, t)
			w.give(t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// carry sends one block until there is an answer, and notes it. What goes to the topic waits for what goes to the gateway: the
// other way round no client would be told of a Kafka that is away, for none would ask.
func (w *worker) carry(ctx context.Context, t task) error {
	w.write(*t.sends)
	o := ledger.Outcome{Block: t.block, State: ledger.Answered, Sent: w.since()}
	refused := w.post(ctx, t, &o)
	if refused == nil {
		w.stray(ctx, &o)
	}
	return errors.Join(refused, w.deps.Book.Outcome(o))
}

// post sends what is for the gateway; it returns an error when that will not take it at any time.
func (w *worker) post(ctx context.Context, t task, o *ledger.Outcome) error {
	if len(w.lines) == 0 {
		o.Done = w.since()
		return nil
	}
	var answer Answer
	err := w.retry(ctx, func() (err error) {
		o.Tries++
		answer, err = w.deps.Gateway.Post(ctx, w.body, w.ends)
		return err
	})
	now := time.Now()
	o.Done, o.Rejected, o.Refused = now.Sub(w.start).Milliseconds(), answer.Rejected, answer.Refused
	if err != nil {
		o.State, o.Done = ledger.Doubt, 0
	} else {
		w.answered.Add(int64(len(w.lines)))
	}
	w.tally.answer(w, t.block, o, now)
	if o.Tries > 1 || err != nil {
		w.body = nil // a request that failed may still be read
	}
	var busy *Busy
	if err != nil && !errors.As(err, &busy) && ctx.Err() == nil {
		return fmt.Errorf("the gateway refuses us: %w", err)
	}
	return nil
}

// stray sends what is for the topic itself.
func (w *worker) stray(ctx context.Context, o *ledger.Outcome) {
	if len(w.strays) == 0 {
		return
	}
	o.Topic = ledger.Doubt
	if err := w.retry(ctx, func() error { o.Puts++; return w.put(ctx) }); err == nil {
		o.Topic = ledger.Answered
	}
	w.tally.topic(o.Topic, len(w.strays))
}

// write makes the request's body, and the records that go to the topic.
func (w *worker) write(sends []plan.Send) {
	w.body, w.ends, w.lines, w.strays = w.body[:0], w.ends[:0], w.lines[:0], nil
	for _, s := range sends {
		r := w.author.Record(s.N)
		if r.Kind == plan.Dead {
			w.strays = append(w.strays, pipelines.Record{Key: w.author.DriverID(nil, r.Driver), Value: w.author.Append(nil, &r)})
			continue
		}
		w.body = append(w.author.Append(w.body, &r), '\n')
		w.ends = append(w.ends, len(w.body))
		w.lines = append(w.lines, s)
	}
}

// put writes to the topic; every error may pass.
func (w *worker) put(ctx context.Context) error {
	if err := w.deps.Topic.Publish(ctx, w.cfg.Topic, w.strays); err != nil {
		return &Busy{Err: err}
	}
	return nil
}

// How long to wait before a block is sent again.
const (
	retryBase = 50 * time.Millisecond
	retryMax  = 2 * time.Second
)

// retry tries until there is an answer, the time is up, or the answer is final.
func (w *worker) retry(ctx context.Context, try func() error) error {
	begin := time.Now()
	for tries := 0; ; tries++ {
		err := try()
		var busy *Busy
		if err == nil || !errors.As(err, &busy) || ctx.Err() != nil {
			return err
		}
		w.tally.busy(busy)
		ceiling := min(retryBase<<min(tries, 10), retryMax)
		wait := max(busy.After, ceiling/2+rand.N(ceiling/2))
		if time.Since(begin)+wait > w.cfg.GiveUp {
			return err
		}
		w.retries.Add(1)
		if pause.For(ctx, wait) != nil {
			return err
		}
	}
}
