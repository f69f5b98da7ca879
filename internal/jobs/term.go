package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// term is the time for which this process is the runner.
type term struct {
	*Runner
	part    pipelines.Partition
	ticks   pipelines.Source
	name    string // of this term in its ticks
	working sync.WaitGroup
	doubted chan struct{} // a fence was refused: tick at once
	quota   quota
	broom   broom

	mu    sync.Mutex
	fence int64
	newer chan struct{} // closed when there is a greater one
}

func newTerm(r *Runner, part pipelines.Partition, ticks pipelines.Source) *term {
	return &term{
		Runner: r, part: part, ticks: ticks, name: fmt.Sprintf("%016x", rand.Uint64()),
		doubted: make(chan struct{}, 1), fence: noFence, newer: make(chan struct{}),
	}
}

// begin ticks for the first time; false when the term is over before it has begun.
func (t *term) begin(ctx context.Context) bool {
	for failures := 0; ctx.Err() == nil; failures++ {
		if !t.tick(ctx) {
			return false
		}
		if fence, _ := t.current(); fence != noFence {
			return true
		}
		pause(ctx, t.wait(failures))
	}
	return false
}

// keep ticks until the term is over.
func (t *term) keep(ctx context.Context) {
	for {
		timer := time.NewTimer(t.cfg.TickEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-t.doubted:
			timer.Stop()
		}
		if !t.tick(ctx) {
			return
		}
	}
}

// noFence is that of a term without a tick.
const noFence = -1

// current is the fence, and what is closed when there is another.
func (t *term) current() (int64, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.fence, t.newer
}

func (t *term) raise(fence int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fence = fence
	close(t.newer)
	t.newer = make(chan struct{})
}

// repeat does a job again and again until the term ends. A pass that is fenced off waits for the next fence: it
// comes if the ticks are still ours, and with it the job goes on.
func (t *term) repeat(ctx context.Context, job string, every time.Duration, pass func(ctx context.Context, fence int64) (int, error)) {
	for failures := 0; ctx.Err() == nil; {
		fence, newer := t.current()
		n, err := pass(ctx, fence)
		if n > 0 {
			t.deps.Observer.JobDid(job, n)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			failures = 0
			pause(ctx, every)
			continue
		}
		t.deps.Observer.JobFailed(job, err)
		if errors.Is(err, schemas.ErrFenced) {
			t.doubt()
			select {
			case <-newer:
			case <-ctx.Done():
			}
		}
		pause(ctx, t.wait(failures))
		failures++
	}
}

// doubt asks for a tick at once.
func (t *term) doubt() {
	select {
	case t.doubted <- struct{}{}:
	default: // it is asked for
	}
}

func (t *term) beside(ctx context.Context, _ int64) (int, error) {
	return 0, t.deps.Beside(ctx)
}

// wait is how long to wait after so many failures in a row: doubled each time, half of it by chance.
func (t *term) wait(failures int) time.Duration {
	wait := min(t.cfg.RetryBase<<min(failures, 20), t.cfg.RetryMax)
	return wait/2 + rand.N(wait/2+1)
}

// pause sleeps, or less when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
