package main

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/relay"
	"sluice/pipelines"
	"sluice/schemas"
)

// busyOutbox is an outbox of one bucket that is empty, and counts who looks.
type busyOutbox struct{ looks atomic.Int64 }

func (b *busyOutbox) Waiting(context.Context) ([]int, error) {
	b.looks.Add(1)
	return nil, nil
}

func (*busyOutbox) Outbox(context.Context, int, int) ([]schemas.OutboxEntry, error) { return nil, nil }

func (*busyOutbox) Trim(context.Context, int, []string) error { return nil }

// noLetters are never used.
type noLetters struct{}

func (noLetters) Publish(context.Context, []pipelines.DeadLetter) error { return nil }

type deafRelay struct{}

func (deafRelay) RelayPublished(string, time.Duration) {}

func (deafRelay) RelayFailed(string, string, error) {}

func (deafRelay) RelayLag(int, time.Duration) {}

// Each term has a relay of its own; a nudge reaches the one at work, and is no harm between terms.
func TestEachTermHasARelayOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := &busyOutbox{}
		r := &relaying{cfg: relay.Config{Poll: time.Hour}, deps: relay.Deps{
			Store: box, Bus: &kafka.Bus{}, Dead: noLetters{}, Observer: deafRelay{}, Unpublishable: func(error) (string, bool) { return "", false },
		}}
		r.nudge()
		var last *relay.Relay
		for term := range 3 {
			ctx, end := context.WithCancel(t.Context())
			ran := make(chan error, 1)
			go func() { ran <- r.run(ctx) }()
			time.Sleep(time.Second)
			synctest.Wait()
			before, at := box.looks.Load(), r.atWork.Load()
			if at == nil || at == last {
				t.Errorf("term %d has the relay %p, the one before had %p", term, at, last)
			}
			last = at
			r.nudge()
			time.Sleep(time.Second)
			synctest.Wait()
			if looks := box.looks.Load() - before; looks != 1 {
				t.Errorf("term %d: %d looks for one nudge", term, looks)
			}
			end()
			if err := <-ran; err != nil || r.atWork.Load() != nil {
				t.Errorf("term %d ended with %v, the relay still at work: %v", term, err, r.atWork.Load() != nil)
			}
			r.nudge()
		}
	})
}
