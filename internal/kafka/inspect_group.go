package kafka

import (
	"cmp"
	"context"
	"slices"

	"github.com/IBM/sarama"
)

// GroupState is who reads in a consumer group.
type GroupState struct {
	State   string // Kafka's word: Stable, Empty, Dead, PreparingRebalance, CompletingRebalance
	Members []GroupMember
	May     May
}

// GroupMember is one process of a group.
type GroupMember struct {
	ClientID, Host string
	InstanceID     string // "" = dynamic
	Partitions     int    // assigned to it, of all topics
}

// groupsVersion is the first that says what we may do.
const groupsVersion = 3

// Group asks for a consumer group. One that nobody has joined yet is Dead, not an error.
func (i *Inspector) Group(ctx context.Context, group string) (GroupState, error) {
	return inspect(ctx, i, "group "+group, func(client sarama.Client, _ sarama.ClusterAdmin) (GroupState, error) {
		coordinator, err := client.Coordinator(group)
		if err != nil {
			return GroupState{}, err
		}
		said, err := coordinator.DescribeGroups(&sarama.DescribeGroupsRequest{
			Version: groupsVersion, Groups: []string{group}, IncludeAuthorizedOperations: true,
		})
		switch {
		case err != nil:
			return GroupState{}, err
		case len(said.Groups) != 1:
			return GroupState{}, sarama.ErrIncompleteResponse
		case said.Groups[0].Err != sarama.ErrNoError:
			return GroupState{}, said.Groups[0].Err
		}
		return stateOf(said.Groups[0])
	})
}

func stateOf(said *sarama.GroupDescription) (GroupState, error) {
	state := GroupState{State: said.State, May: mayDo(said.AuthorizedOperations)}
	for _, m := range said.Members {
		member := GroupMember{ClientID: m.ClientId, Host: m.ClientHost}
		if m.GroupInstanceId != nil {
			member.InstanceID = *m.GroupInstanceId
		}
		assigned, err := m.GetMemberAssignment()
		if err != nil {
			return state, err
		}
		if assigned != nil {
			for _, ids := range assigned.Topics {
				member.Partitions += len(ids)
			}
		}
		state.Members = append(state.Members, member)
	}
	slices.SortFunc(state.Members, func(a, b GroupMember) int {
		return cmp.Or(cmp.Compare(a.ClientID, b.ClientID), cmp.Compare(a.Host, b.Host), cmp.Compare(a.InstanceID, b.InstanceID))
	})
	return state, nil
}

// Lag says how far a group is behind in each partition of a topic, as Admin.Lag does.
func (i *Inspector) Lag(ctx context.Context, group, topic string) ([]PartitionLag, error) {
	return i.admin.Lag(ctx, group, topic)
}
