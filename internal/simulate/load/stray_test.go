package load

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/pipelines"
)

// away is a topic that takes nothing; it notes how many requests the gateway had before each attempt.
type away struct {
	gateway *gateway
	asked   []int
}

func (a *away) Publish(context.Context, string, []pipelines.Record) error {
	a.gateway.mu.Lock()
	defer a.gateway.mu.Unlock()
	a.asked = append(a.asked, a.gateway.posts)
	return errors.New("away")
}

// With Kafka away a load has to find out what the gateway says of it: what it writes to the topic itself comes behind.
func TestTheGatewayIsAskedBeforeTheTopic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.cfg.Workers, b.cfg.GiveUp = 1, 100*time.Millisecond
		b.cfg.Plan.Shares.Poison, b.cfg.Plan.Shares.Topic = 0.5, 0.5 // in every block
		topic := &away{gateway: b.gateway}
		s, err := Run(t.Context(), b.cfg, Deps{Gateway: b.gateway, Topic: topic, Book: b.book, Watcher: quiet{}})
		if err != nil || len(topic.asked) == 0 || b.states()[ledger.Answered] != len(b.book.outcomes) {
			t.Fatalf("%+v, %v, %v", s, b.states(), err)
		}
		for i, posts := range topic.asked {
			if posts == 0 || i > 0 && posts < topic.asked[i-1] {
				t.Fatalf("before attempt %d the gateway had %d requests", i, posts)
			}
		}
		if topic.asked[0] != 1 {
			t.Errorf("before the first attempt the gateway had %d requests, want 1", topic.asked[0])
		}
	})
}
