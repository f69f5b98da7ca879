package kafka

import (
	"errors"

	"github.com/IBM/sarama"
)

// assignor is all that sarama's cooperative-sticky strategy can do.
type assignor interface {
	sarama.SubscriptionUserDataBalanceStrategy
	sarama.OnAssignmentBalanceStrategy
	sarama.RebalanceProtocolBalanceStrategy
}

// strategy is cooperative-sticky, and passes each new assignment on at once. sarama itself
// tells a claim of its revocation only by closing its channel behind the records
// that are still in it: a lane that is not polling would never see it.
type strategy struct {
	assignor
	assigned func(topics map[string][]int32)
}

func newStrategy() (*strategy, error) {
	sticky, ok := sarama.NewBalanceStrategyCooperativeSticky().(assignor)
	if !ok {
		return nil, errors.New("making the group: the client's cooperative strategy no longer tells of assignments")
	}
	return &strategy{assignor: sticky, assigned: func(map[string][]int32) {}}, nil
}

// OnAssignment hears of the member's new assignment before sarama acts on it.
func (s *strategy) OnAssignment(assignment *sarama.ConsumerGroupMemberAssignment, generation int32) {
	s.assignor.OnAssignment(assignment, generation)
	s.assigned(assignment.Topics)
}
