package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"
)

// Missing returns those of the topics, named without the prefix, that are not there. The
// error says that Kafka could not be asked.
func (a *Admin) Missing(ctx context.Context, topics []string) ([]string, error) {
	missing, err := await(ctx, func() ([]string, error) { return a.missing(topics) })
	if err != nil {
		return nil, fmt.Errorf("asking for topics: %w", err)
	}
	return missing, nil
}

func (a *Admin) missing(topics []string) ([]string, error) {
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
	var missing []string
	for _, topic := range said {
		switch {
		case errors.Is(topic.Err, sarama.ErrUnknownTopicOrPartition):
			missing = append(missing, names[topic.Name])
		case topic.Err != sarama.ErrNoError:
			return nil, topic.Err
		}
	}
	return missing, nil
}
