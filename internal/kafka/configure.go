package kafka

import (
	"context"
	"fmt"

	"github.com/IBM/sarama"
)

// Configure sets one value of a topic; "" takes it back, so that the broker's holds again. It
// returns when the controller has it: the brokers follow within moments.
func (a *Admin) Configure(ctx context.Context, topic, key, value string) error {
	_, err := await(ctx, func() (struct{}, error) {
		_, admin, err := a.connect()
		if err != nil {
			return struct{}{}, err
		}
		entry := sarama.IncrementalAlterConfigsEntry{Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &value}
		if value == "" {
			entry = sarama.IncrementalAlterConfigsEntry{Operation: sarama.IncrementalAlterConfigsOperationDelete}
		}
		return struct{}{}, admin.IncrementalAlterConfig(sarama.TopicResource, a.cfg.topic(topic), map[string]sarama.IncrementalAlterConfigsEntry{key: entry}, false)
	})
	if err != nil {
		return fmt.Errorf("setting %s of topic %s: %w", key, topic, err)
	}
	return nil
}
