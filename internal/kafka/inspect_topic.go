package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/IBM/sarama"
)

// TopicState is how a topic stands.
type TopicState struct {
	Missing    bool
	Partitions []PartitionState
	May        May
	Settings   map[string]string // the asked ones, by Kafka's names
}

// PartitionState is where a partition's copies are.
type PartitionState struct {
	ID               int32
	Leader           bool // it has one
	Replicas, InSync int  // copies, and those that have everything
	Offline          int  // copies on brokers or disks that are gone
}

// Topic asks for one topic, named without the prefix, and for some of its settings. A topic
// that is not there is no error.
func (i *Inspector) Topic(ctx context.Context, name string, settings []string) (TopicState, error) {
	wire := i.admin.cfg.topic(name)
	return inspect(ctx, i, "topic "+wire, func(client sarama.Client, admin sarama.ClusterAdmin) (TopicState, error) {
		state, err := describeTopic(client, wire)
		if err != nil || state.Missing || len(settings) == 0 {
			return state, err
		}
		state.Settings, err = describeSettings(admin, sarama.TopicResource, wire, settings)
		return state, err
	})
}

func describeTopic(client sarama.Client, wire string) (TopicState, error) {
	var state TopicState
	broker, err := client.Controller()
	if err != nil {
		return state, err
	}
	request := sarama.NewMetadataRequest(client.Config().Version, []string{wire})
	request.IncludeTopicAuthorizedOperations = true
	said, err := broker.GetMetadata(request)
	switch {
	case err != nil:
		return state, err
	case len(said.Topics) != 1:
		return state, sarama.ErrIncompleteResponse
	}
	topic := said.Topics[0]
	switch {
	case errors.Is(topic.Err, sarama.ErrUnknownTopicOrPartition):
		state.Missing = true
		return state, nil
	case topic.Err != sarama.ErrNoError && topic.Err != sarama.ErrLeaderNotAvailable:
		return state, topic.Err
	}
	state.May = mayDo(topic.TopicAuthorizedOperations)
	for _, p := range topic.Partitions {
		state.Partitions = append(state.Partitions, PartitionState{
			ID: p.ID, Leader: p.Leader >= 0, Replicas: len(p.Replicas), InSync: len(p.Isr), Offline: len(p.OfflineReplicas),
		})
	}
	return state, nil
}

// RecordTime is the time of the record at an offset of a partition, or of the next one that is
// still there. Zero means that there is none.
func (i *Inspector) RecordTime(ctx context.Context, name string, partition int32, offset int64) (time.Time, error) {
	wire := i.admin.cfg.topic(name)
	return inspect(ctx, i, "a record of topic "+wire, func(client sarama.Client, _ sarama.ClusterAdmin) (time.Time, error) {
		leader, err := client.Leader(wire, partition)
		if err != nil {
			return time.Time{}, err
		}
		request := &sarama.FetchRequest{
			Version: fetchVersion, MaxWaitTime: 100, MinBytes: 1, MaxBytes: inspectBytes, SessionEpoch: noSession,
		}
		request.AddBlock(wire, partition, offset, inspectBytes, unknownEpoch)
		said, err := leader.Fetch(request)
		if err != nil {
			return time.Time{}, err
		}
		block, err := heed(said, wire, partition)
		if err != nil || block == nil {
			return time.Time{}, err
		}
		return timeAt(block, offset), nil
	})
}

// inspectBytes are fetched to look at one record; a larger batch comes whole all the same.
const inspectBytes = 64 << 10

func timeAt(block *sarama.FetchResponseBlock, offset int64) time.Time {
	got, _ := unpack(block, offset)
	if len(got.batches) == 0 {
		return time.Time{}
	}
	batch := got.batches[0]
	if batch.LogAppendTime {
		return batch.MaxTimestamp
	}
	for _, rec := range batch.Records {
		if batch.FirstOffset+rec.OffsetDelta >= offset {
			return batch.FirstTimestamp.Add(rec.TimestampDelta)
		}
	}
	return time.Time{}
}
