package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/replay"
)

// replayLedger keeps a replay's place in Kafka.
type replayLedger struct{ admin *kafka.Admin }

// Places are the group's commits.
func (l replayLedger) Places(ctx context.Context, group, topic string) ([]replay.Place, error) {
	found, err := l.admin.Places(ctx, group, topic)
	places := make([]replay.Place, len(found))
	for i, place := range found {
		places[i] = replay.Place(place)
	}
	return places, err
}

// PutPlaces commits for a group without members.
func (l replayLedger) PutPlaces(ctx context.Context, group, topic string, places []replay.Place) error {
	put := make([]kafka.Place, len(places))
	for i, place := range places {
		put[i] = kafka.Place(place)
	}
	return busy(l.admin.PutPlaces(ctx, group, topic, put))
}

// RemoveGroup forgets the group.
func (l replayLedger) RemoveGroup(ctx context.Context, group string) error {
	return busy(l.admin.RemoveGroup(ctx, group))
}

func busy(err error) error {
	if errors.Is(err, kafka.ErrGroupBusy) {
		return fmt.Errorf("%w: %w", replay.ErrBusy, err)
	}
	return err
}

// bounds finds a job's range in each partition. Where the oldest record that is left is in
// the range, others that were in it may have been taken before.
func (r *replayer) bounds(ctx context.Context, job replay.Job) ([]replay.Part, error) {
	spans, err := r.scanner.Spans(ctx, job.Topic, kafka.Range{From: time.UnixMilli(job.From), To: time.UnixMilli(job.To)})
	if errors.Is(err, kafka.ErrNoTopic) {
		return nil, setUpFirst(err)
	}
	if err != nil {
		return nil, err
	}
	whole, err := r.scanner.Spans(ctx, job.Topic, kafka.Range{})
	if err != nil {
		return nil, err
	}
	oldest := make(map[int32]int64, len(whole))
	for _, span := range whole {
		oldest[span.Partition] = span.From
	}
	parts := make([]replay.Part, 0, len(spans))
	for _, span := range spans {
		part := replay.Part{Partition: span.Partition, From: span.From, To: span.To}
		if oldest[span.Partition] > 0 && oldest[span.Partition] >= span.From {
			part.Gone = oldest[span.Partition]
		}
		parts = append(parts, part)
	}
	return parts, nil
}
