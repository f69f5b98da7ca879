package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"sluice/pipelines"
	"sluice/schemas"
)

// DeadLetters keeps a pipeline's dead letters in its topic (schemas.DeadTopic): the
// original key, value, time and headers, and what happened in the dead-* headers. Its publisher
// must take records larger than the gateway's does, for a letter is a record and its story.
type DeadLetters struct {
	publisher *Publisher
	pipeline  string
}

var _ pipelines.DeadLetters = (*DeadLetters)(nil)

// NewDeadLetters keeps the dead letters of one pipeline.
func NewDeadLetters(publisher *Publisher, pipeline string) (*DeadLetters, error) {
	if publisher == nil || pipeline == "" {
		return nil, errors.New("kafka: dead letters: a publisher and a pipeline's name are required")
	}
	return &DeadLetters{publisher: publisher, pipeline: pipeline}, nil
}

// Publish returns nil only once every letter is on all in-sync replicas.
func (d *DeadLetters) Publish(ctx context.Context, letters []pipelines.DeadLetter) error {
	records := make([]pipelines.Record, len(letters))
	for i := range letters {
		records[i] = d.record(&letters[i])
	}
	if err := d.publisher.Publish(ctx, schemas.DeadTopic(d.pipeline), records); err != nil {
		return fmt.Errorf("keeping dead letters: %w", err)
	}
	return nil
}

func (d *DeadLetters) record(letter *pipelines.DeadLetter) pipelines.Record {
	// Copies: an attempt that failed may still be under way when its caller is done with
	// the letter, and the publisher holds its memory for so long.
	out := pipelines.Record{Key: bytes.Clone(letter.Record.Key), Value: bytes.Clone(letter.Record.Value)}
	out.Offset = letter.Record.Offset
	written := ""
	if at := letter.Record.Time; at > 0 && at < latestTime {
		out.Time = at // another one cannot be written; the letter then carries its own time
		written = strconv.FormatInt(at, 10)
	}
	out.Headers = make([]pipelines.Header, 0, len(letter.Record.Headers)+storyHeaders)
	for _, h := range letter.Record.Headers {
		out.Headers = append(out.Headers, pipelines.Header{Key: h.Key, Value: bytes.Clone(h.Value)})
	}
	tell := func(name, value string) {
		if value != "" {
			out.Headers = append(out.Headers, pipelines.Header{Key: name, Value: []byte(value)})
		}
	}
	tell(schemas.HeaderDeadReason, letter.Reason)
	tell(schemas.HeaderDeadStage, string(letter.Stage))
	tell(schemas.HeaderDeadVerdict, pipelines.Poison.String())
	if letter.Status != 0 {
		tell(schemas.HeaderDeadStatus, strconv.Itoa(letter.Status))
	}
	tell(schemas.HeaderDeadDetail, letter.Detail)
	tell(schemas.HeaderDeadTopic, letter.From.Topic)
	tell(schemas.HeaderDeadPartition, strconv.Itoa(int(letter.From.ID)))
	tell(schemas.HeaderDeadOffset, strconv.FormatInt(letter.Record.Offset, 10))
	tell(schemas.HeaderDeadTime, strconv.FormatInt(letter.At, 10))
	tell(schemas.HeaderDeadPipeline, d.pipeline)
	tell(schemas.HeaderDeadWritten, written)
	return out
}

// latestTime bounds what a producer may have claimed, ms since 1970 UTC: the client
// counts in ns and refuses what would overflow.
const latestTime = schemas.MaxTS

// storyHeaders is how many headers a letter has beside its record's own.
const storyHeaders = 11
