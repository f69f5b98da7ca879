package send

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"sluice/internal/pause"
)

// Poster takes a batch: a gateway, or a topic.
type Poster interface {
	// Post says what became of each record, or why that is not known: a *Busy when the
	// same batch may be sent again.
	Post(ctx context.Context, b *Batch) (Answer, error)
}

// sender posts batches over several connections at once.
type sender struct {
	poster Poster
	giveUp time.Duration
	tally  *tally
	done   func(records int)

	batches chan *Batch
	workers sync.WaitGroup
	fail    context.CancelCauseFunc
}

// How long to wait before a batch is sent again.
const (
	retryBase = 100 * time.Millisecond
	retryMax  = 5 * time.Second
)

func (s *sender) start(ctx context.Context, connections int) {
	s.batches = make(chan *Batch)
	for range connections {
		s.workers.Go(func() {
			for b := range s.batches {
				if err := s.deliver(ctx, b); err != nil {
					s.fail(err)
				}
			}
		})
	}
}

// put hands a batch to the next free connection.
func (s *sender) put(ctx context.Context, b *Batch) error {
	select {
	case s.batches <- b:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// finish waits until everything put has its answer.
func (s *sender) finish() {
	close(s.batches)
	s.workers.Wait()
}

// deliver posts until there is a final answer, or until giveUp has passed without one.
func (s *sender) deliver(ctx context.Context, b *Batch) error {
	start := time.Now()
	for tries := 0; ; tries++ {
		answer, err := s.poster.Post(ctx, b)
		if err == nil {
			s.tally.answered(answer)
			s.done(b.Len())
			return nil
		}
		var busy *Busy
		if !errors.As(err, &busy) || ctx.Err() != nil {
			return err
		}
		wait := max(busy.After, backoff(tries))
		if time.Since(start)+wait > s.giveUp {
			return fmt.Errorf("giving up after %s: %w", time.Since(start).Round(time.Millisecond), err)
		}
		s.tally.again()
		if err := pause.For(ctx, wait); err != nil {
			return err
		}
	}
}

func backoff(tries int) time.Duration {
	ceiling := min(retryBase<<min(tries, 10), retryMax)
	return ceiling/2 + rand.N(ceiling/2)
}
