package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"
)

// Partitions returns how many partitions each of the topics has, by their names without the prefix; one that
// is not there has 0. The error says that Kafka could not be asked.
func (a *Admin) Partitions(ctx context.Context, topics []string) (map[string]int, error) {
	counts, err := await(ctx, func() (map[string]int, error) { return a.partitions(topics) })
	if err != nil {
		return nil, fmt.Errorf("asking for topics: %w", err)
	}
	return counts, nil
}

func (a *Admin) partitions(topics []string) (map[string]int, error) {
	_, admin, err := a.connect()
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(topics)) // on the wire -> as given
	wire := make([]string, 0, len(topics))
	for _, topic := range topics {
		names[a.cfg.topic(topic)] = topic
		wire = append(wire, a.cfg.topic(topic))
	}
	said, err := admin.DescribeTopics(wire)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int, len(topics))
	for _, topic := range said {
		switch {
		case errors.Is(topic.Err, sarama.ErrUnknownTopicOrPartition):
			counts[names[topic.Name]] = 0
		case topic.Err != sarama.ErrNoError:
			return nil, topic.Err
		default:
			counts[names[topic.Name]] = len(topic.Partitions)
		}
	}
	return counts, nil
}
