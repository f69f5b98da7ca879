package requeue

import (
	"context"
	"errors"
	"fmt"

	"sluice/pipelines"
	"sluice/schemas"
)

// Span is a share of one partition: offsets from From to To, exclusive.
type Span struct {
	Partition int32
	From, To  int64
}

// Log reads topics, as they were when Spans was asked.
type Log interface {
	// Spans are what a topic holds, per partition.
	Spans(ctx context.Context, topic string) ([]Span, error)
	// Read calls each for a span's records, in order; they are valid only during the call,
	// and an error from it ends the reading with that error.
	Read(ctx context.Context, topic string, span Span, each func(rec *pipelines.Record) error) error
}

// Box is the dead letters of one pipeline.
type Box struct {
	log      Log
	pipeline string
	topic    string
}

// NewBox is the box of a pipeline, whose dead topic log can read.
func NewBox(log Log, pipeline string) *Box {
	return &Box{log: log, pipeline: pipeline, topic: schemas.DeadTopic(pipeline)}
}

// State is what was done about a letter.
type State string

// The states of a letter.
const (
	Open     State = "open"
	Echo     State = "echo" // not dealt with, and nothing to do: of a record that was requeued for another pipeline
	Requeued State = schemas.MarkRequeued
	Dropped  State = schemas.MarkDropped
)

// errEnough ends a walk early, with success.
var errEnough = errors.New("enough")

// Walk calls each for all letters that there were when it began, partition by partition in
// order, with what was done about them. A letter is valid only during the call. Memory
// is a bit for each letter that was marked.
func (b *Box) Walk(ctx context.Context, each func(letter *Letter, state State) error) error {
	spans, err := b.log.Spans(ctx, b.topic)
	if err != nil {
		return fmt.Errorf("reading dead letters: %w", err)
	}
	for _, span := range spans {
		if err := b.walk(ctx, span, each); err != nil {
			if errors.Is(err, errEnough) {
				return nil
			}
			return fmt.Errorf("reading dead letters: %w", err)
		}
	}
	return nil
}

// walk reads a partition twice: marks stand behind their letters.
func (b *Box) walk(ctx context.Context, span Span, each func(letter *Letter, state State) error) error {
	done, err := b.marked(ctx, span)
	if err != nil {
		return err
	}
	var letter Letter
	return b.log.Read(ctx, b.topic, span, func(rec *pipelines.Record) error {
		if isMark(rec) || !letter.read(b.pipeline, span.Partition, rec) {
			return nil
		}
		return each(&letter, letter.state(done))
	})
}

// state is what was done about the letter.
func (l *Letter) state(done marked) State {
	switch {
	case done.requeued.has(l.ID.Offset):
		return Requeued
	case done.dropped.has(l.ID.Offset):
		return Dropped
	case l.echo():
		return Echo
	default:
		return Open
	}
}

// marked is what the marks of a partition say.
type marked struct{ requeued, dropped offsets }

// marked reads the marks of a partition. One that is not readable marks nothing.
func (b *Box) marked(ctx context.Context, span Span) (marked, error) {
	found := marked{requeued: offsets{}, dropped: offsets{}}
	err := b.log.Read(ctx, b.topic, span, func(rec *pipelines.Record) error {
		if !isMark(rec) {
			return nil
		}
		mark, err := readMark(rec)
		if err != nil {
			return nil //nolint:nilerr // its letters stay open, which is where a person sees them
		}
		into := found.requeued
		if mark.What == schemas.MarkDropped {
			into = found.dropped
		}
		for _, r := range mark.runs {
			into.addRun(run{First: max(r.First, span.From), Last: min(r.Last, span.To-1)})
		}
		return nil
	})
	return found, err
}
