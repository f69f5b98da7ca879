package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
)

// Place is where a group stands in one partition.
type Place struct {
	Partition int32
	Next      int64  // offset to read next
	Note      string // kept with the commit
}

// Places are a group's commits in a topic, in the order of the partitions; those without a
// commit are left out. A group that never was has none.
func (a *Admin) Places(ctx context.Context, group, topic string) ([]Place, error) {
	places, err := await(ctx, func() ([]Place, error) { return a.places(ctx, group, a.cfg.topic(topic)) })
	if err != nil {
		return nil, fmt.Errorf("asking for the commits of %s in %s: %w", group, topic, err)
	}
	return places, nil
}

func (a *Admin) places(ctx context.Context, group, wire string) ([]Place, error) {
	client, admin, err := a.connect()
	if err != nil {
		return nil, err
	}
	ids, err := client.Partitions(wire)
	if err != nil {
		return nil, err
	}
	found, err := blocksOf(ctx, client, admin, group, wire, ids)
	if err != nil {
		return nil, err
	}
	var places []Place
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if block := found[id]; block != nil && block.Offset >= 0 {
			places = append(places, Place{Partition: id, Next: block.Offset, Note: block.Metadata})
		}
	}
	return places, nil
}

// ErrGroupBusy says that a group has members, and is theirs alone to change.
var ErrGroupBusy = errors.New("the group has members")

// PutPlaces commits for a group that has no members, and makes it when it is not there. An
// error other than ErrGroupBusy may leave some of the places put.
func (a *Admin) PutPlaces(ctx context.Context, group, topic string, places []Place) error {
	_, err := await(ctx, func() (struct{}, error) { return struct{}{}, a.putPlaces(ctx, group, a.cfg.topic(topic), places) })
	if err != nil {
		return fmt.Errorf("committing for %s in %s: %w", group, topic, err)
	}
	return nil
}

func (a *Admin) putPlaces(ctx context.Context, group, wire string, places []Place) (err error) {
	client, _, err := a.connect()
	if err != nil {
		return err
	}
	commits := newOffsets(client, group, "")
	defer func() { err = errors.Join(err, commits.close()) }()
	for _, place := range places {
		if err := a.putPlace(ctx, commits, wire, place); err != nil {
			return err
		}
	}
	return nil
}

// putPlace tries again while the coordinator moves or loads.
func (a *Admin) putPlace(ctx context.Context, commits *offsets, wire string, place Place) error {
	var last error
	for failures := range coordinatorTries {
		last = commits.commit("", sarama.GroupGenerationUndefined, wire, place.Partition, commit{next: place.Next, epoch: unknownEpoch, note: place.Note})
		switch {
		case last == nil:
			return nil
		case errors.Is(last, sarama.ErrUnknownMemberId), errors.Is(last, sarama.ErrIllegalGeneration), errors.Is(last, sarama.ErrRebalanceInProgress):
			return errors.Join(ErrGroupBusy, last)
		case ctx.Err() != nil || !passing(last):
			return last
		}
		pause.AtMost(ctx, backoff(commitRetryBase, commitRetryMax, failures))
	}
	return last
}

// RemoveGroup forgets a group with all its commits; one that is not there is no error.
func (a *Admin) RemoveGroup(ctx context.Context, group string) error {
	_, err := await(ctx, func() (struct{}, error) {
		_, admin, err := a.connect()
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, admin.DeleteConsumerGroup(group)
	})
	switch {
	case err == nil, errors.Is(err, sarama.ErrGroupIDNotFound):
		return nil
	case errors.Is(err, sarama.ErrNonEmptyGroup):
		err = errors.Join(ErrGroupBusy, err)
	}
	return fmt.Errorf("removing group %s: %w", group, err)
}

// DeleteBefore deletes a topic's records below an offset of each partition, for good.
func (a *Admin) DeleteBefore(ctx context.Context, topic string, offsets map[int32]int64) error {
	_, err := await(ctx, func() (struct{}, error) {
		_, admin, err := a.connect()
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, admin.DeleteRecords(a.cfg.topic(topic), offsets)
	})
	if err != nil {
		return fmt.Errorf("deleting records of %s: %w", topic, err)
	}
	return nil
}
