package load

import (
	"context"
	"time"

	"sluice/internal/simulate/plan"
)

// dispatch hands each block to the workers when it is due, whatever they are doing. A block that
// would make the backlog longer than its limit is skipped; what is left when ctx ends was never issued. failed
// ends when a worker has failed.
func (l *load) dispatch(ctx, failed context.Context) error {
	reserve := newReserve(l.deps.Book.Issue, l.aSecondOfBlocks())
	defer reserve.end()
	if err := reserve.cover(0); err != nil { // before the clock begins
		return err
	}
	walker := l.author.Walker()
	for block := range l.author.Blocks() {
		sends, _ := l.spare.Get().(*[]plan.Send) // the pool holds nothing else
		*sends = walker.Next((*sends)[:0])
		t := task{block: block, sends: sends}
		if !l.await(ctx, failed, l.author.BlockDue(block)) {
			return nil
		}
		records := int64(len(*sends))
		l.due.Store(min((block+1)*l.author.Batch, l.author.Records))
		if records > 0 && l.waiting.Load()+records > l.cfg.Backlog {
			if err := l.skip(t); err != nil {
				return err
			}
			continue
		}
		if err := reserve.cover(block); err != nil {
			return err
		}
		l.waiting.Add(records)
		select {
		case l.tasks <- t:
		case <-failed.Done():
			return nil
		}
	}
	return nil
}

// aSecondOfBlocks is how many blocks are made durable ahead: a second of them, 4 at least.
func (l *load) aSecondOfBlocks() int64 {
	return max(4, int64(l.author.Rate/float64(l.author.Batch)))
}

// await waits until a time since the start; it is false when the load is to end.
func (l *load) await(ctx, failed context.Context, due time.Duration) bool {
	wait := time.Until(l.start.Add(due))
	if wait <= 0 {
		return ctx.Err() == nil && failed.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-failed.Done():
	}
	return false
}
