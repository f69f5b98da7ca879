package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
)

// PreferLeaders lets the first replica of each partition lead again, in every topic whose name begins with the
// prefix: whoever was away has lost what it led, and would get it back minutes later. It returns once all do.
func (a *Admin) PreferLeaders(ctx context.Context, prefix string) error {
	for failures := 1; ; failures++ {
		left, err := a.preferOnce(ctx, prefix)
		if err == nil && left == 0 {
			return nil
		}
		if pause.For(ctx, backoff(commitRetryBase, commitRetryMax, failures)) != nil {
			return fmt.Errorf("giving leaders back: %d partitions have another one than their first: %w", left, errors.Join(err, ctx.Err()))
		}
	}
}

// preferOnce asks for an election where one is wanted, and says of how many partitions.
func (a *Admin) preferOnce(ctx context.Context, prefix string) (left int, err error) {
	err = a.operate(ctx, "electing leaders", func(_ sarama.Client, admin sarama.ClusterAdmin) error {
		topics, err := admin.ListTopics()
		if err != nil {
			return err
		}
		var names []string
		for name := range topics {
			if strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		}
		said, err := admin.DescribeTopics(names)
		if err != nil {
			return err
		}
		misled := misledPartitions(said)
		for _, partitions := range misled {
			left += len(partitions)
		}
		if left == 0 {
			return nil
		}
		_, err = admin.ElectLeaders(sarama.PreferredElection, misled) // who is not in sync yet is asked again
		return err
	})
	return left, err
}

// misledPartitions are those that another replica than the first leads, or none.
func misledPartitions(topics []*sarama.TopicMetadata) map[string][]int32 {
	misled := map[string][]int32{}
	for _, topic := range topics {
		for _, p := range topic.Partitions {
			if len(p.Replicas) > 0 && p.Leader != p.Replicas[0] {
				misled[topic.Name] = append(misled[topic.Name], p.ID)
			}
		}
	}
	return misled
}
