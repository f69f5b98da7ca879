package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
)

// PartitionLag is how far a group is behind in one partition.
type PartitionLag struct {
	Partition int32
	Committed int64 // next offset to read, -1 when the group has committed none
	Start     int64 // oldest offset that is there
	End       int64 // offset of the next record to be written
	Lag       int64 // records between the commit (or the start) and the end
}

// Lag says how far a group is behind in each partition of a topic, in their order.
func (a *Admin) Lag(ctx context.Context, group, topic string) ([]PartitionLag, error) {
	lags, err := await(ctx, func() ([]PartitionLag, error) { return a.lag(ctx, group, a.cfg.topic(topic)) })
	if err != nil {
		return nil, fmt.Errorf("asking for the lag of %s in %s: %w", group, topic, err)
	}
	return lags, nil
}

// lag asks again while a commit lies behind the end: then the end is of a broker that was replaced
// as the leader and does not know it yet. A log that has really lost its end is told of as it is, after some seconds.
func (a *Admin) lag(ctx context.Context, group, wire string) (lags []PartitionLag, err error) {
	for failures := range leaderTries {
		if lags, err = a.lagOnce(ctx, group, wire); err != nil || !pastEnd(lags) {
			return lags, err
		}
		pause.AtMost(ctx, backoff(commitRetryBase, commitRetryMax, failures+1))
	}
	return lags, nil
}

const leaderTries = 8

func pastEnd(lags []PartitionLag) bool {
	return slices.ContainsFunc(lags, func(lag PartitionLag) bool { return lag.Committed > lag.End })
}

func (a *Admin) lagOnce(ctx context.Context, group, wire string) ([]PartitionLag, error) {
	client, admin, err := a.connect()
	if err != nil {
		return nil, err
	}
	if err := client.RefreshMetadata(wire); err != nil {
		return nil, err
	}
	ids, err := client.Partitions(wire)
	if err != nil {
		return nil, err
	}
	ends, err := offsetsAt(admin, wire, ids, sarama.OffsetNewest)
	if err != nil {
		return nil, err
	}
	starts, err := offsetsAt(admin, wire, ids, sarama.OffsetOldest)
	if err != nil {
		return nil, err
	}
	commits, err := committed(ctx, client, admin, group, wire, ids)
	if err != nil {
		return nil, err
	}
	lags := make([]PartitionLag, 0, len(ids))
	for _, id := range ids {
		lag := PartitionLag{Partition: id, Committed: commits[id], Start: starts[id], End: ends[id]}
		lag.Lag = max(0, lag.End-max(lag.Committed, lag.Start))
		lags = append(lags, lag)
	}
	return lags, nil
}

// committed asks for a group's commits, -1 where there is none.
func committed(ctx context.Context, client sarama.Client, admin sarama.ClusterAdmin, group, wire string, ids []int32) (map[int32]int64, error) {
	found, err := blocksOf(ctx, client, admin, group, wire, ids)
	if err != nil {
		return nil, err
	}
	commits := nothing(ids)
	for id, block := range found {
		commits[id] = block.Offset
	}
	return commits, nil
}

// blocksOf asks for what a group has committed; a coordinator that has moved, or that is
// only just taking the group over, is asked again.
func blocksOf(ctx context.Context, client sarama.Client, admin sarama.ClusterAdmin, group, wire string, ids []int32) (map[int32]*sarama.OffsetFetchResponseBlock, error) {
	var last error
	for failures := range coordinatorTries {
		found, err := askBlocks(admin, group, wire, ids)
		if err == nil {
			return found, nil
		}
		if errors.Is(err, sarama.ErrGroupIDNotFound) { // a group that never was has no commits
			return map[int32]*sarama.OffsetFetchResponseBlock{}, nil
		}
		last = err
		if !errors.Is(err, sarama.ErrNotCoordinatorForConsumer) && !errors.Is(err, sarama.ErrConsumerCoordinatorNotAvailable) &&
			!errors.Is(err, sarama.ErrOffsetsLoadInProgress) {
			break
		}
		pause.AtMost(ctx, backoff(commitRetryBase, commitRetryMax, failures))
		if err := client.RefreshCoordinator(group); err != nil {
			return nil, err
		}
	}
	return nil, last
}

const coordinatorTries = 8

func askBlocks(admin sarama.ClusterAdmin, group, wire string, ids []int32) (map[int32]*sarama.OffsetFetchResponseBlock, error) {
	said, err := admin.ListConsumerGroupOffsets(group, map[string][]int32{wire: ids})
	if err != nil {
		return nil, err
	}
	if said.Err != sarama.ErrNoError {
		return nil, said.Err
	}
	found := make(map[int32]*sarama.OffsetFetchResponseBlock, len(ids))
	for _, id := range ids {
		if block := said.GetBlock(wire, id); block != nil {
			if block.Err != sarama.ErrNoError {
				return nil, block.Err
			}
			found[id] = block
		}
	}
	return found, nil
}

// nothing is the answer for a group without commits.
func nothing(ids []int32) map[int32]int64 {
	commits := make(map[int32]int64, len(ids))
	for _, id := range ids {
		commits[id] = -1
	}
	return commits
}

func offsetsAt(admin sarama.ClusterAdmin, wire string, ids []int32, when int64) (map[int32]int64, error) {
	ask := make(map[int32]int64, len(ids))
	for _, id := range ids {
		ask[id] = when
	}
	said, err := admin.ListOffsets(map[string]map[int32]int64{wire: ask}, nil)
	if err != nil {
		return nil, err
	}
	found := make(map[int32]int64, len(ids))
	for _, id := range ids {
		at := said[wire][id]
		if at == nil {
			return nil, sarama.ErrIncompleteResponse
		}
		if at.Err != nil && !errors.Is(at.Err, sarama.ErrNoError) {
			return nil, at.Err
		}
		found[id] = at.Offset
	}
	return found, nil
}
