package embedded

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sluice/pipelines"
)

// batch is the memory of one Write, reused from one to the next.
type batch struct {
	requests []*request
	used     int // of requests
	reading  reading
}

// Write makes the writes durable, those of one target in one transaction, and fills results after its commit. A document that
// its target does not take is Poison by itself. What a full disk or a lock keeps from being written is Retry, all
// that goes into that file. The error is not nil only when ctx ended or the store is closed.
func (s *Store) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	if len(writes) != len(results) {
		return fmt.Errorf("writing: %d results for %d writes", len(results), len(writes))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	b, ok := s.batches.Get().(*batch)
	if !ok {
		b = new(batch)
	}
	for i := range writes {
		if answer := b.add(s, &writes[i], i); answer.Verdict != pipelines.Unsettled {
			results[i] = answer
		}
	}
	for _, r := range b.requests[:b.used] {
		if len(r.rows) == 0 {
			continue
		}
		if err := s.carryOut(ctx, r, results); err != nil {
			return fmt.Errorf("writing: %w", err) // the writer may have the batch's memory in hand: it is not reused
		}
	}
	b.reset()
	s.batches.Put(b)
	return nil
}

// carryOut has one request written and settled.
func (s *Store) carryOut(ctx context.Context, r *request, results []pipelines.Result) error {
	opened, release, err := s.use(r.target, true) //nolint:contextcheck // see Documents
	switch {
	case errors.Is(err, errClosed):
		return err
	case err != nil && judge(err).Verdict == pipelines.Poison:
		r.failed = err // these writes' own matter: the store is well
	case err != nil:
		s.unopened.Store(&unopened{r.target, err})
		r.failed = err
	default:
		defer release()
		if failed := s.unopened.Load(); failed != nil && failed.target == r.target {
			s.unopened.CompareAndSwap(failed, nil)
		}
		if err := opened.submit(ctx, r); err != nil {
			return err
		}
	}
	r.settle(results)
	return nil
}

// add checks a write and puts it with the others of its target, or says what becomes of it instead.
func (b *batch) add(s *Store, w *pipelines.Write, at int) pipelines.Result {
	r := b.requestFor(s, w.Target)
	switch {
	case r == nil:
		return pipelines.Result{Verdict: pipelines.Refused, Reason: reasonNoTarget}
	case r.family.versions && w.Version <= 0:
		return pipelines.Result{Verdict: pipelines.Refused, Reason: reasonNoVersion}
	case !r.family.versions && w.Version != 0:
		return pipelines.Result{Verdict: pipelines.Refused, Reason: reasonVersion}
	}
	if reason := unfit(w.Key, w.Body); reason != "" {
		return pipelines.Result{Verdict: pipelines.Poison, Reason: reason}
	}
	if r.family.orders {
		return r.addOrder(w, at)
	}
	b.reading = reading{}
	if r.family.drivers {
		b.reading.driver = newDriver(string(w.Key), w.Version)
	}
	if reason := r.family.shape.read(w.Body, &b.reading); reason != "" {
		return pipelines.Result{Verdict: pipelines.Poison, Reason: reason}
	}
	added := row{key: w.Key, body: w.Body, version: w.Version, driver: b.reading.driver, place: at}
	if !r.family.versions {
		ts, timed := keyTime(w.Key)
		added.slot = slotOf(ts)
		added.at, added.moved = b.reading.ts, b.reading.hasTS && (!timed || ts != b.reading.ts)
	}
	r.rows = append(r.rows, added)
	return pipelines.Result{}
}

// requestFor is the request of a target, nil when no family has it. A batch has one target mostly, two about
// midnight.
func (b *batch) requestFor(s *Store, target string) *request {
	for _, r := range b.requests[:b.used] {
		if r.target == target {
			return r
		}
	}
	f := familyFor(s.families, target)
	if f == nil {
		return nil
	}
	if b.used == len(b.requests) {
		b.requests = append(b.requests, new(request))
	}
	r := b.requests[b.used]
	b.used++
	r.begin(f, strings.Clone(target))
	return r
}

// reset forgets the writes, and the memory of what was more than usual.
func (b *batch) reset() {
	const usual = 2
	for _, r := range b.requests[:b.used] {
		clear(r.rows)
	}
	b.requests, b.used, b.reading = b.requests[:min(len(b.requests), usual)], 0, reading{}
}
