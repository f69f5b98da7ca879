package bare

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"
	"golang.org/x/sync/errgroup"
)

// Follow reads all partitions of a topic from those offsets on, without a group, and tells of each record's value from several
// goroutines, until ctx ends, which is no error. Begun is closed once all are read.
func (c *Cluster) Follow(ctx context.Context, topic string, from []int64, begun chan<- struct{}, told func(value []byte)) (err error) {
	consumer, err := sarama.NewConsumerFromClient(c.client)
	if err != nil {
		return fmt.Errorf("following %s: %w", topic, err)
	}
	defer func() { err = errors.Join(err, consumer.Close()) }()
	parts := make([]sarama.PartitionConsumer, 0, len(from))
	for id, offset := range from {
		part, err := consumer.ConsumePartition(topic, int32(id), offset) // few partitions
		if err != nil {
			for _, open := range parts {
				err = errors.Join(err, open.Close())
			}
			return fmt.Errorf("following %s/%d: %w", topic, id, err)
		}
		parts = append(parts, part)
	}
	close(begun)
	group := errgroup.Group{}
	for _, part := range parts {
		group.Go(func() error {
			for {
				select {
				case record, open := <-part.Messages():
					if !open {
						return part.Close()
					}
					told(record.Value)
				case <-ctx.Done():
					return part.Close()
				}
			}
		})
	}
	return group.Wait()
}
