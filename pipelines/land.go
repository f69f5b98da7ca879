package pipelines

import (
	"context"
	"errors"
	"time"
)

// launch sends closed batches to the sink while there are places.
func (l *lane[T]) launch(ctx context.Context) {
	for len(l.ready) > 0 && l.flying < l.cfg.InFlight {
		b := l.ready[0]
		l.ready = append(l.ready[:0], l.ready[1:]...)
		l.flying++
		go func() {
			settled, lost := l.settle.fly(ctx, b)
			l.landed <- landing{batch: b, settled: settled, lost: lost} // has room for every flight: nobody need be listening
		}()
	}
}

// land settles what a batch carried. A batch that was given up settles nothing, and behind one whose
// store has lost what it had nothing may follow: it would look whole and lack this one.
func (l *lane[T]) land(landed landing) error {
	l.flying--
	if !landed.settled {
		return landed.lost
	}
	b := landed.batch
	for i := range b.results {
		l.tally.add(b.results[i].Verdict, b.results[i].Reason)
		l.progress.settle(b.records[i].Offset)
	}
	for i := range b.dead {
		l.tally.add(Poison, b.dead[i].Reason)
		l.progress.settle(b.dead[i].Record.Offset)
	}
	for _, offset := range b.absorbed {
		l.tally.add(Stale, ReasonCoalesced)
		l.progress.settle(offset)
	}
	l.report()
	l.show()
	l.bytes -= b.bytes
	b.reset()
	l.spare = append(l.spare, b)
	return nil
}

// commitIfDue asks for the settled prefix to be made durable. The answer comes by the channel: a
// coordinator that is away must not hold up the writes, which need none.
func (l *lane[T]) commitIfDue(ctx context.Context, now time.Time) {
	if l.asking || now.Sub(l.lastTry) < l.cfg.CommitInterval {
		return
	}
	next := l.progress.advance()
	if next <= l.committed {
		return
	}
	l.lastTry = now
	l.asking = true
	go func() {
		l.answered <- answer{next: next, err: l.source.Commit(ctx, next)} // has room for the one that is under way
	}()
}

// answer is what became of a commit.
type answer struct {
	next int64
	err  error
}

// hear takes notice of an answer. It is false once the partition has gone.
func (l *lane[T]) hear(a answer) bool {
	l.asking = false
	if errors.Is(a.err, ErrStopped) || errors.Is(a.err, ErrRevoked) || errors.Is(a.err, ErrBehind) {
		return true // the lane's end cut it off, and the last commit follows; or it is no progress
	}
	if a.err != nil {
		l.obs.Noted(l.part, Event{Kind: Failed, Stage: StageCommit, N: a.next, Err: a.err})
		return !errors.Is(a.err, ErrFenced) && !errors.Is(a.err, ErrLost)
	}
	l.committed = a.next
	l.obs.Noted(l.part, Event{Kind: Committed, Stage: StageCommit, N: a.next, Value: l.source.Lag() + l.progress.open})
	return true
}

// commitLast commits once more before the lane goes, after the commit that may be under way.
func (l *lane[T]) commitLast(ctx context.Context) {
	if l.asking {
		select {
		case a := <-l.answered:
			l.hear(a)
		case <-ctx.Done():
			return
		}
	}
	if next := l.progress.advance(); next > l.committed {
		l.hear(answer{next: next, err: l.source.Commit(ctx, next)})
	}
}

// drain ends a lane: it closes what is open, waits for the sink until the deadline,
// commits what is settled, and says what it left. What is left is not lost: its offsets
// are not committed, and the next owner reads it again.
func (l *lane[T]) drain(ctx, flights context.Context, lost bool) {
	start := time.Now()
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.DrainTimeout)
	defer cancel()
	if !lost {
		l.emit(start, true)
		l.launch(flights)
	}
	for l.flying > 0 && deadline.Err() == nil {
		select {
		case landed := <-l.landed:
			if l.land(landed) != nil {
				lost = true
			}
			if !lost {
				l.launch(flights)
			}
		case <-deadline.Done():
		}
	}
	// While a group rebalances it may take no commit, for as long as its slowest member needs.
	grace, release := context.WithTimeout(context.WithoutCancel(ctx), max(commitGrace, l.cfg.DrainTimeout-time.Since(start)))
	defer release()
	l.commitLast(grace)
	l.farewell(goneFor(ctx, lost), time.Since(start))
}

// goneFor is why a lane ended, in a word.
func goneFor(ctx context.Context, lost bool) string {
	switch {
	case errors.Is(context.Cause(ctx), ErrRevoked):
		return "revoked"
	case lost || errors.Is(context.Cause(ctx), ErrLost):
		return "lost"
	default:
		return "stopped"
	}
}

// commitGrace is what the last commit of a lane may take when the drain time-out is over.
const commitGrace = time.Second

// farewell says what the lane leaves to the next owner of its partition, which reads it again.
func (l *lane[T]) farewell(reason string, took time.Duration) {
	left, uncommitted := l.progress.open, l.progress.beyond(l.committed)
	if left == 0 && uncommitted == 0 {
		l.obs.Noted(l.part, Event{Kind: Drained, Stage: StageCommit, Took: took, Reason: reason})
		return
	}
	if left > 0 {
		l.obs.Settled(l.part, Unsettled, reason, int(left))
	}
	l.obs.Noted(l.part, Event{Kind: Abandoned, Stage: StageCommit, N: left, Value: uncommitted, Took: took, Reason: reason})
}
