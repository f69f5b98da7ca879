package pipelines

import (
	"context"
	"errors"
	"time"
)

// settler brings a batch to an end: it offers the writes to the sink until each has a final
// verdict, those that failed again and again and only those, and publishes dead letters
// until they are acknowledged. It gives up only when its context ends.
type settler struct {
	cfg  *Config
	part Partition
	sink Sink
	dead DeadLetters
	obs  Observer
}

// flight is one batch on its way. Its goroutine alone touches it until it has landed.
type flight struct {
	*settler
	batch   *batch
	pending []int32 // indices of writes without a final verdict; nil = all of them
	writes  []Write // scratch: the pending writes, packed
	results []Result
	letters []DeadLetter // Poison whose letter is not acknowledged yet
	waits   int          // rounds without success, the exponent of the backoff
	held    Verdict      // what the sink holds against us: Retry or Refused, Unsettled when nothing
	lost    error        // an ErrLost of the sink
}

// fly is true once every record of the batch is settled, and false when ctx ended first, or
// the store has lost what it had: then no verdict of the batch may be used.
func (s *settler) fly(ctx context.Context, b *batch) (settled bool, lost error) {
	f := &flight{settler: s, batch: b, letters: b.dead}
	b.results = append(b.results[:0], make([]Result, len(b.writes))...)
	for {
		f.expire()
		done := f.attempt(ctx)
		if f.lost != nil {
			return false, f.lost
		}
		done = f.bury(ctx) && done
		if done {
			return true, nil
		}
		if !f.wait(ctx) {
			return false, nil
		}
	}
}

// expire settles what has become too old since the gate let it pass.
func (f *flight) expire() {
	now := time.Now().UnixMilli()
	left := f.pending[:0]
	f.each(func(i int32) {
		if expired(f.batch.writes[i].Expires, now) {
			f.batch.results[i] = Result{Verdict: Stale, Reason: ReasonAge}
			return
		}
		if f.pending != nil {
			left = append(left, i)
		}
	})
	if f.pending != nil {
		f.pending = left
		return
	}
	f.remember(func(r *Result) bool { return !r.Verdict.Final() })
}

// each calls do for every write that has no final verdict.
func (f *flight) each(do func(i int32)) {
	if f.pending == nil {
		for i := range f.batch.writes {
			do(int32(i))
		}
		return
	}
	for _, i := range f.pending {
		do(i)
	}
}

// remember makes pending the list of those writes that match, unless all do.
func (f *flight) remember(match func(*Result) bool) {
	matching := 0
	for i := range f.batch.results {
		if match(&f.batch.results[i]) {
			matching++
		}
	}
	if matching == len(f.batch.results) {
		return
	}
	f.pending = make([]int32, 0, matching)
	for i := range f.batch.results {
		if match(&f.batch.results[i]) {
			f.pending = append(f.pending, int32(i))
		}
	}
}

// attempt offers the pending writes once. It is true when none is left.
func (f *flight) attempt(ctx context.Context) bool {
	writes, results := f.pack()
	if len(writes) == 0 {
		return true
	}
	start := time.Now()
	err := f.sink.Write(ctx, writes, results)
	report := Attempt{Start: start, Writes: len(writes), Took: time.Since(start), Err: err, Records: f.batch.records}
	for i := range writes {
		report.Bytes += len(writes[i].Body)
	}
	if err != nil {
		clear(results) // whatever the sink put there is not to be trusted
		report.Retries = len(writes)
		f.obs.Wrote(f.part, report)
		if errors.Is(err, ErrLost) {
			f.lost = err
		} else if ctx.Err() == nil {
			f.hold(Retry, "unreachable", len(writes), err)
		}
		return false
	}
	return f.judge(writes, results, report)
}

// pack lays the pending writes side by side, without a copy when all of the batch is pending.
func (f *flight) pack() ([]Write, []Result) {
	if f.pending == nil {
		clear(f.batch.results)
		return f.batch.writes, f.batch.results
	}
	f.writes, f.results = f.writes[:0], f.results[:0]
	for _, i := range f.pending {
		f.writes = append(f.writes, f.batch.writes[i])
		f.results = append(f.results, Result{})
	}
	return f.writes, f.results
}

// judge sorts the answers: final ones stay with their record, Poison gets a letter, the
// rest is pending.
func (f *flight) judge(writes []Write, results []Result, report Attempt) bool {
	now := time.Now().UnixMilli()
	worst := Result{}
	for i := range results {
		switch results[i].Verdict {
		case Stored:
			report.Fresh.Add(now - writes[i].Time)
			if report.Sample.Key == nil {
				report.Sample = writes[i]
			}
		case Poison:
			f.condemn(f.at(i), results[i], now)
		case Unsettled, Retry, Refused:
			report.Retries++
			if worst.Verdict != Refused {
				worst = results[i]
			}
		case Stale, Duplicate:
		}
	}
	f.keep(results)
	f.obs.Wrote(f.part, report)
	if report.Retries < len(results) {
		f.waits = 0
	}
	if report.Retries == 0 {
		f.release()
		return true
	}
	f.hold(worst.Verdict, worst.Reason, report.Retries, nil)
	return false
}

// at is the place in the batch of the i-th write of an attempt.
func (f *flight) at(i int) int32 {
	if f.pending == nil {
		return int32(i)
	}
	return f.pending[i]
}

// keep brings the results of an attempt home to the batch and leaves the others pending.
func (f *flight) keep(results []Result) {
	if f.pending == nil {
		f.remember(func(r *Result) bool { return !r.Verdict.Final() })
		return
	}
	left := f.pending[:0]
	for i, at := range f.pending {
		f.batch.results[at] = results[i]
		if !results[i].Verdict.Final() {
			left = append(left, at)
		}
	}
	f.pending = left
}

func (f *flight) condemn(i int32, r Result, now int64) {
	f.letters = append(f.letters, DeadLetter{
		Record: f.batch.records[i], From: f.part, Stage: StageSink, Reason: r.Reason, Status: r.Status,
		Detail: "the store will never accept this document", At: now,
	})
}

// hold reports what keeps the batch from being settled: every time for an observer that
// counts, the sink's change of mind being an event of its own (release).
func (f *flight) hold(verdict Verdict, reason string, n int, err error) {
	kind := Retrying
	if verdict == Refused {
		kind = RefusedBy
	}
	f.held = verdict
	f.obs.Noted(f.part, Event{Kind: kind, Stage: StageSink, N: int64(n), Reason: reason, Err: err})
}

func (f *flight) release() {
	if f.held != Unsettled {
		f.held = Unsettled
		f.obs.Noted(f.part, Event{Kind: Accepted, Stage: StageSink})
	}
}

// wait sleeps before the next round: exponential, with full jitter above a tenth, so that
// lanes that failed together do not come back together.
func (f *flight) wait(ctx context.Context) bool {
	ceiling := f.cfg.RetryMax
	if f.waits < 16 {
		ceiling = min(ceiling, f.cfg.RetryBase<<f.waits)
	}
	f.waits++
	timer := time.NewTimer(ceiling/10 + jitter(ceiling-ceiling/10, f.cfg.Name, f.part, f.batch.first(), f.waits))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
