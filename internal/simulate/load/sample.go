package load

import (
	"context"
	"time"
)

// How often the readers are asked, and whoever watches is told.
const (
	sampleEvery = time.Second
	watchEvery  = 100 * time.Millisecond
)

// sample notes where the readers stand, once a second and when a process has ended, until ctx ends. A moment at which Kafka does
// not answer has no sample: that is what the ledger proves then.
func (l *load) sample(ctx context.Context) error {
	if l.deps.Offsets == nil {
		return nil
	}
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		if s, err := l.deps.Offsets.Sample(ctx); err == nil {
			if err := l.deps.Book.Sample(s); err != nil {
				return err
			}
			l.tally.sampled(s)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-l.soon:
		}
	}
}

// settle waits, for a while, until the readers have committed all that was in the topic when sending ended:
// the samples of that time prove what was too old for live when it was read. Others may go on writing.
func (l *load) settle(ctx context.Context) {
	if l.deps.Offsets == nil {
		return
	}
	begin, tick := time.Now(), time.NewTicker(watchEvery)
	defer tick.Stop()
	l.tally.end(begin)
	for time.Since(begin) < l.cfg.Settle && !l.tally.settled() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// watch tells the watcher until ctx ends; the channel closes with the last word.
func (l *load) watch(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				l.deps.Watcher.Progress(l.progress())
			case <-ctx.Done():
				l.deps.Watcher.Progress(l.progress())
				return
			}
		}
	}()
	return done
}

func (l *load) progress() Progress {
	return Progress{
		Due: l.due.Load(), Total: l.total, Answered: l.answered.Load(), Backlog: max(0, l.waiting.Load()),
		Skipped: l.skipped.Load(), Retries: l.retries.Load(), Behind: l.tally.behind(),
	}
}
