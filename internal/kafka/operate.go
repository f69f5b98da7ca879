package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/IBM/sarama"
)

// DeleteRecords deletes what lies before an offset of each partition, as retention does.
func (a *Admin) DeleteRecords(ctx context.Context, topic string, before map[int32]int64) error {
	return a.operate(ctx, "deleting records of "+topic, func(_ sarama.Client, admin sarama.ClusterAdmin) error {
		return admin.DeleteRecords(a.cfg.topic(topic), before)
	})
}

// AddPartitions makes a topic's partitions so many in all. Keys move: what a key's records were ordered by is lost.
func (a *Admin) AddPartitions(ctx context.Context, topic string, total int32) error {
	return a.operate(ctx, "adding partitions to "+topic, func(_ sarama.Client, admin sarama.ClusterAdmin) error {
		return admin.CreatePartitions(a.cfg.topic(topic), total, nil, false)
	})
}

// DeleteGroup forgets a group with all that it committed; it fails while the group has members.
func (a *Admin) DeleteGroup(ctx context.Context, group string) error {
	return a.operate(ctx, "deleting group "+group, func(client sarama.Client, admin sarama.ClusterAdmin) error {
		return deleteGroup(client, admin, group)
	})
}

// deleteGroup asks the coordinator of now: sarama asks the one that it remembers.
func deleteGroup(client sarama.Client, admin sarama.ClusterAdmin, group string) error {
	if err := client.RefreshCoordinator(group); err != nil {
		return err
	}
	return admin.DeleteConsumerGroup(group)
}

// Sweep deletes every topic and group whose name begins with the prefix. A group that still has
// members stays.
func (a *Admin) Sweep(ctx context.Context, prefix string) error {
	if prefix == "" {
		return errors.New("sweeping: without a prefix everything would go")
	}
	return a.operate(ctx, "sweeping "+prefix, func(client sarama.Client, admin sarama.ClusterAdmin) error {
		topics, err := admin.ListTopics()
		if err != nil {
			return err
		}
		var errs []error
		for name := range topics {
			if strings.HasPrefix(name, prefix) {
				errs = append(errs, admin.DeleteTopic(name))
			}
		}
		groups, err := admin.ListConsumerGroups()
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		for name := range groups {
			if !strings.HasPrefix(name, prefix) {
				continue
			}
			if err := deleteGroup(client, admin, name); !errors.Is(err, sarama.ErrNonEmptyGroup) && !errors.Is(err, sarama.ErrGroupIDNotFound) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	})
}

// operate does one thing by way of the controller.
func (a *Admin) operate(ctx context.Context, what string, do func(sarama.Client, sarama.ClusterAdmin) error) error {
	_, err := await(ctx, func() (struct{}, error) {
		client, admin, err := a.connect()
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, do(client, admin)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
