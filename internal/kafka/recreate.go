package kafka

import (
	"context"
	"errors"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
)

// Recreate deletes a topic and makes it anew, empty, with as many partitions and replicas and with
// the settings that were its own.
func (a *Admin) Recreate(ctx context.Context, topic string) error {
	wire := a.cfg.topic(topic)
	return a.operate(ctx, "recreating "+topic, func(_ sarama.Client, admin sarama.ClusterAdmin) error {
		shape, err := shapeOf(admin, wire)
		if err != nil {
			return err
		}
		if err := admin.DeleteTopic(wire); err != nil {
			return err
		}
		for failures := range recreateTries {
			pause.AtMost(ctx, backoff(commitRetryBase, commitRetryMax, failures))
			err = admin.CreateTopic(wire, shape, false)
			if !errors.Is(err, sarama.ErrTopicAlreadyExists) { // its deletion is not everywhere yet
				return err
			}
		}
		return err
	})
}

const recreateTries = 20

// shapeOf is what a topic was made with, as far as it is its own.
func shapeOf(admin sarama.ClusterAdmin, wire string) (*sarama.TopicDetail, error) {
	said, err := admin.DescribeTopics([]string{wire})
	switch {
	case err != nil:
		return nil, err
	case len(said) != 1:
		return nil, sarama.ErrIncompleteResponse
	case said[0].Err != sarama.ErrNoError:
		return nil, said[0].Err
	case len(said[0].Partitions) == 0:
		return nil, sarama.ErrIncompleteResponse
	}
	resources, err := admin.DescribeConfigs([]*sarama.ConfigResource{{Type: sarama.TopicResource, Name: wire}}, sarama.DescribeConfigsOptions{})
	switch {
	case err != nil:
		return nil, err
	case len(resources) != 1:
		return nil, sarama.ErrIncompleteResponse
	case resources[0].ErrorCode != sarama.ErrNoError:
		return nil, resources[0].ErrorCode
	}
	shape := &sarama.TopicDetail{
		NumPartitions: int32(len(said[0].Partitions)), ReplicationFactor: int16(len(said[0].Partitions[0].Replicas)),
		ConfigEntries: make(map[string]*string),
	}
	for _, e := range resources[0].Configs {
		if e.Source == sarama.SourceTopic && !e.Sensitive {
			shape.ConfigEntries[e.Name] = &e.Value
		}
	}
	return shape, nil
}
