package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"

	"sluice/internal/pause"
)

const maxAnswerMicros = 60_000_000

// openLoop calls work rate times a second for a span, on so many workers, and returns
// the times from when each call was due to its end, µs: a call that had to wait for a
// free worker is charged for the wait. A worker that was free in time begins when its timer
// wakes it: how late that is, a millisecond or so, says nothing about the server.
func openLoop(ctx context.Context, workers int, rate float64, span time.Duration, work func(context.Context) error) (*hdrhistogram.Histogram, error) {
	times := hdrhistogram.New(1, maxAnswerMicros, 3)
	var mu sync.Mutex
	var next atomic.Int64
	total := int64(rate * span.Seconds())
	begin := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for range workers {
		group.Go(func() error {
			for {
				i := next.Add(1) - 1
				if i >= total {
					return nil
				}
				due := begin.Add(time.Duration(float64(i) / rate * float64(time.Second)))
				if early := time.Until(due); early > 0 {
					if err := pause.For(ctx, early); err != nil {
						return err
					}
					due = time.Now()
				}
				if err := work(ctx); err != nil {
					return err
				}
				took := min(max(time.Since(due).Microseconds(), 1), maxAnswerMicros)
				mu.Lock()
				err := times.RecordValue(took)
				mu.Unlock()
				if err != nil {
					return fmt.Errorf("keeping the time of an answer: %w", err)
				}
			}
		})
	}
	return times, group.Wait()
}
