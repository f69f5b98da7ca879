package pipelines

import (
	"context"
	"errors"
	"time"
)

// lane carries one partition along the path. One goroutine owns everything in it; three kinds of
// others work for it: a reader that polls ahead by one slice, one per batch at the sink, and one
// for the commit under way; it learns from channels what they have done. What lands after the lane has returned is
// seen by nobody: a late verdict cannot commit.
type lane[T any] struct {
	cfg    *Config
	part   Partition
	source Source
	obs    Observer
	stream Stream[T]
	keyed  Identified[T] // nil when records have no identity
	settle *settler
	share  func() int64 // bytes that this lane may hold unsettled
	gauge  *gauge

	value     T // the record at hand, reused
	progress  *progress
	ages      ages
	seats     *seats
	coalescer *coalescer // holds nothing while every record is written
	batch     *batch     // the one that fills
	ready     []*batch   // closed, waiting for a place in flight
	spare     []*batch
	flying    int
	landed    chan landing
	bytes     int64 // unsettled, in batches
	committed int64
	lastTry   time.Time // of a commit
	asking    bool      // a commit is under way
	answered  chan answer
	blocked   bool
	tally     tally
}

type landing struct {
	batch   *batch
	settled bool
	lost    error // the store has lost what it had
}

// run carries the partition until ctx ends, then drains. It returns an error only when
// the source can no longer be read, or the store has lost what it had (ErrLost).
func (l *lane[T]) run(ctx context.Context) error {
	defer l.gauge.leave()
	flights, abandon := context.WithCancelCause(context.WithoutCancel(ctx))
	defer abandon(ErrStopped)
	polled, stopReading := l.read(ctx)
	l.obs.Noted(l.part, Event{Kind: Assigned, Stage: StageSource})
	err := l.loop(ctx, flights, polled)
	stopReading()
	l.drain(ctx, flights, errors.Is(err, ErrLost))
	return err
}

func (l *lane[T]) loop(ctx, flights context.Context, polled <-chan poll) error {
	alarm := time.NewTimer(l.cfg.CommitInterval)
	defer alarm.Stop()
	for {
		input := polled
		if l.overLimit() {
			input = nil
		}
		select {
		case p := <-input:
			if p.err != nil {
				return l.lost(ctx, p.err)
			}
			l.take(p.records)
		case landed := <-l.landed:
			if err := l.land(landed); err != nil {
				return err
			}
		case answered := <-l.answered:
			if !l.hear(answered) {
				return lossIn(answered.err)
			}
		case <-alarm.C:
		case <-ctx.Done():
			return nil
		}
		l.emit(time.Now(), false)
		l.launch(flights)
		l.commitIfDue(ctx, time.Now())
		alarm.Reset(l.untilNext(time.Now()))
	}
}

// lossIn is err when it is an ErrLost.
func lossIn(err error) error {
	if errors.Is(err, ErrLost) {
		return err
	}
	return nil
}

// lost tells the end of the partition from a source that failed.
func (l *lane[T]) lost(ctx context.Context, err error) error {
	if gone := ctx.Err() != nil || errors.Is(err, ErrRevoked) || errors.Is(err, ErrStopped); gone {
		return nil
	}
	l.obs.Noted(l.part, Event{Kind: Failed, Stage: StageSource, Err: err})
	return err
}

// overLimit is the back-pressure: while it is true the lane does not poll, and the
// source does not fetch.
func (l *lane[T]) overLimit() bool {
	held := l.bytes + l.coalescer.bytes
	over := held >= l.share() || l.progress.span() >= l.cfg.UnsettledRecords || (l.cfg.CoalesceWindow == 0 && len(l.ready) > 0)
	if over != l.blocked {
		l.blocked = over
		kind := Flowing
		if over {
			kind = Blocked
		}
		l.obs.Noted(l.part, Event{Kind: kind, Stage: StageSource, N: l.progress.open, Value: held})
	}
	return over
}

// untilNext is how long the lane may sleep when nothing comes in.
func (l *lane[T]) untilNext(now time.Time) time.Duration {
	next := now.Add(l.cfg.CommitInterval)
	if len(l.ready) == 0 {
		if l.batch != nil && !l.batch.empty() {
			next = earlier(next, l.batch.opened.Add(l.cfg.BatchAge))
		}
		if due, open := l.coalescer.due(); open {
			next = earlier(next, due)
		}
	}
	return max(next.Sub(now), 0)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
