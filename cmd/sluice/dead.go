package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/requeue"
	"sluice/pipelines"
)

// deadCmd is `sluice dead`.
type deadCmd struct {
	Ls      deadLsCmd      `cmd:"" help:"Count dead letters by pipeline and reason."`
	Show    deadShowCmd    `cmd:"" help:"Show letters with all that is known, their bytes safe to look at."`
	Requeue deadRequeueCmd `cmd:"" help:"Put letters back on their own topic."`
	Drop    deadDropCmd    `cmd:"" help:"Mark letters as dropped."`
	Prune   deadPruneCmd   `cmd:"" help:"Delete letters that were requeued or dropped, for good."`
}

// deadChoice are the flags that choose letters.
type deadChoice struct {
	Pipeline narrow     `help:"Only of these pipelines." placeholder:"NAME,…"`
	Reason   narrow     `help:"Only with these reasons." placeholder:"WORD,…"`
	Stage    narrow     `help:"Only those given up at these stages." placeholder:"WORD,…"`
	Since    narrowTime `help:"Only those given up since: a time (RFC 3339), a day, or how long ago (2h)." placeholder:"TIME"`
	Before   narrowTime `help:"Only those given up before; likewise." placeholder:"TIME"`
}

// filter reads the flags, and ids.
func (c *deadChoice) filter(cfg *config, ids []string) (requeue.Filter, error) {
	f := requeue.Filter{Reasons: c.Reason, Stages: c.Stage}
	now := time.Now()
	var err, sinceErr, beforeErr error
	if f.Since, sinceErr = parseMoment(string(c.Since), now); sinceErr != nil {
		sinceErr = fmt.Errorf("--since: %w", sinceErr)
	}
	if f.Before, beforeErr = parseMoment(string(c.Before), now); beforeErr != nil {
		beforeErr = fmt.Errorf("--before: %w", beforeErr)
	}
	errs := []error{cfg.knownBoxes(c.Pipeline), sinceErr, beforeErr}
	for _, text := range ids {
		var id requeue.ID
		if id, err = requeue.ParseID(text); err == nil {
			err = cfg.knownBoxes([]string{id.Pipeline})
		}
		errs = append(errs, err)
		f.IDs = append(f.IDs, id)
	}
	return f, errors.Join(errs...)
}

// pipelines are those whose letters are meant.
func (c *deadChoice) pipelines(cfg *config, f *requeue.Filter) []spec {
	names := c.Pipeline
	if len(names) == 0 {
		for _, id := range f.IDs {
			names = append(names, id.Pipeline)
		}
	}
	return cfg.boxes(names)
}

// empty says that nothing narrows the choice.
func (c *deadChoice) empty() bool {
	return len(c.Pipeline)+len(c.Reason)+len(c.Stage) == 0 && c.Since == "" && c.Before == ""
}

// deadBoxes reads dead letters.
type deadBoxes struct{ scanner *kafka.Scanner }

func newDeadBoxes(cfg *config) (*deadBoxes, error) {
	scanner, err := kafka.NewScanner(cfg.kafka())
	if err != nil {
		return nil, usage(err)
	}
	return &deadBoxes{scanner: scanner}, nil
}

func (d *deadBoxes) box(pipeline string) *requeue.Box { return requeue.NewBox(d, pipeline) }

// Spans are what the topic holds.
func (d *deadBoxes) Spans(ctx context.Context, topic string) ([]requeue.Span, error) {
	spans, err := d.scanner.Spans(ctx, topic, kafka.Range{})
	if errors.Is(err, kafka.ErrNoTopic) {
		err = setUpFirst(err)
	}
	out := make([]requeue.Span, len(spans))
	for i, s := range spans {
		out[i] = requeue.Span(s)
	}
	return out, err
}

// Read reads one span.
func (d *deadBoxes) Read(ctx context.Context, topic string, span requeue.Span, each func(rec *pipelines.Record) error) error {
	return d.scanner.Read(ctx, topic, kafka.Span(span), each)
}

// deadWriter writes letters and marks.
type deadWriter struct{ publisher *kafka.Publisher }

func newDeadWriter(cfg *config) (*deadWriter, error) {
	publisher, err := kafka.NewPublisher(cfg.kafka(), cfg.deadPublisher())
	if err != nil {
		return nil, usage(fmt.Errorf("making the publisher: %w", err))
	}
	return &deadWriter{publisher: publisher}, nil
}

// PublishTo publishes into the partition, or by the keys when it is not there any more.
func (d *deadWriter) PublishTo(ctx context.Context, part pipelines.Partition, records []pipelines.Record) error {
	err := d.publisher.PublishTo(ctx, part, records)
	if errors.Is(err, kafka.ErrNoPartition) {
		return d.publisher.Publish(ctx, part.Topic, records)
	}
	return err
}
