package kafka

import (
	"testing"
	"testing/synctest"

	"github.com/IBM/sarama"
)

// idle is a claim that is never served.
type idle struct {
	sarama.ConsumerGroupClaim
	messages chan *sarama.ConsumerMessage
}

func (idle) Topic() string                              { return "pings" }
func (idle) Partition() int32                           { return 0 }
func (c idle) Messages() <-chan *sarama.ConsumerMessage { return c.messages }

// Pause is a pauser's.
func (idle) Pause(map[string][]int32) {}

// A rebalance may hand a partition to a member that is stopping. sarama ends a member's session when
// one claim returns of itself, and the lanes that still drain would commit nothing more.
func TestAClaimThatComesDuringAStopDoesNotEndTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		claim := idle{messages: make(chan *sarama.ConsumerMessage)}
		c := &claims{pauser: claim, ctx: t.Context()}
		c.wait()
		returned := make(chan struct{})
		go func() {
			defer close(returned)
			if err := c.ConsumeClaim(nil, claim); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		select {
		case <-returned:
			t.Error("the claim has returned before the session has ended")
		default:
		}
		close(claim.messages)
		<-returned
	})
}
