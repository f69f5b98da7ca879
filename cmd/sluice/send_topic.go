package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/send"
	"sluice/pipelines"
	"sluice/schemas"
)

// topicPoster writes records to the topic, past the gateway's judgement, as apps may do
// that produce to Kafka themselves: what is bad ends as a dead letter.
type topicPoster struct{ publisher *kafka.Publisher }

// Post publishes one batch under the drivers' keys.
func (t *topicPoster) Post(ctx context.Context, b *send.Batch) (send.Answer, error) {
	records := make([]pipelines.Record, b.Len())
	now := time.Now().UnixMilli()
	var ping schemas.Ping
	for i := range records {
		line := b.Line(i)
		records[i] = pipelines.Record{Value: line, Time: now}
		if schemas.DecodePing(&ping, line) == nil {
			records[i].Key = bytes.Clone(ping.DriverID)
		}
	}
	err := t.publisher.Publish(ctx, schemas.TopicPings, records)
	switch {
	case errors.Is(err, kafka.ErrUnavailable):
		return send.Answer{}, &send.Busy{Err: fmt.Errorf("publishing: %w", err)}
	case err != nil:
		return send.Answer{}, fmt.Errorf("publishing: %w", err)
	}
	return send.Answer{Accepted: int64(b.Len())}, nil
}
