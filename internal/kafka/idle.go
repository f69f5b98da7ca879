package kafka

import (
	"sync"
	"time"

	"github.com/IBM/sarama"
)

// idle pauses a partition that is not polled while records wait, and resumes it with the
// next Poll. It costs a timer per partition, and nothing per record.
type idle struct {
	pauser pauser
	claim  sarama.ConsumerGroupClaim
	after  time.Duration
	part   map[string][]int32

	mu     sync.Mutex
	timer  *time.Timer
	busy   bool // inside Poll
	ended  bool
	paused bool
}

func newIdle(pauser pauser, claim sarama.ConsumerGroupClaim, after time.Duration) *idle {
	i := &idle{
		pauser: pauser, claim: claim, after: after,
		part: map[string][]int32{claim.Topic(): {claim.Partition()}},
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.timer = time.AfterFunc(after, i.due)
	return i
}

// stir begins a Poll.
func (i *idle) stir() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.busy = true
	i.timer.Stop()
	i.resume()
}

// rest ends a Poll.
func (i *idle) rest() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.busy = false
	if !i.ended {
		i.timer.Reset(i.after)
	}
}

// due is the timer's call: pause, unless nothing waits.
func (i *idle) due() {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.busy || i.paused || i.ended:
	case len(i.claim.Messages()) == 0:
		i.timer.Reset(i.after)
	default:
		i.pauser.Pause(i.part)
		i.paused = true
	}
}

// end stops the watch for good. It resumes the partition: sarama would remember the pause
// and apply it when the partition comes back.
func (i *idle) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ended = true
	i.timer.Stop()
	i.resume()
}

func (i *idle) resume() {
	if i.paused {
		i.pauser.Resume(i.part)
		i.paused = false
	}
}
