package main

import (
	"context"
	"fmt"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/progress"
)

// watchedOver is how far back rates reach while watching.
const watchedOver = 10 * time.Second

// lagWatch samples pipelines.
type lagWatch struct {
	kafka   progress.Kafka
	sources []progress.Source
	past    []*progress.History
	relay   func(ctx context.Context) (outboxLag, error) // what waits to be published; nil = nobody asks
}

// lagSeen is one sample.
type lagSeen struct {
	lines []lagLine
	relay *lagRelay // nil when nobody asks
}

// lagLine is how one pipeline is doing at a sample.
type lagLine struct {
	source progress.Source
	sample progress.Sample
	paces  []progress.Pace // of the sample's partitions
	total  progress.Pace
}

func newLagWatch(sources []progress.Source, asked progress.Kafka) *lagWatch {
	w := &lagWatch{kafka: asked, sources: sources}
	for range sources {
		w.past = append(w.past, progress.NewHistory(watchedOver))
	}
	return w
}

// begin takes the samples that the first rates are measured from.
func (w *lagWatch) begin(ctx context.Context) error {
	for i, s := range w.sources {
		sample, err := w.take(ctx, s)
		if err != nil {
			return err
		}
		w.past[i].Add(sample)
	}
	return nil
}

// look takes one sample of each pipeline, with ages, and of what waits to be published.
func (w *lagWatch) look(ctx context.Context) (lagSeen, error) {
	lines := make([]lagLine, len(w.sources))
	for i, s := range w.sources {
		sample, err := w.take(ctx, s)
		if err != nil {
			return lagSeen{}, err
		}
		if err := progress.AddAges(ctx, w.kafka, s, &sample); err != nil {
			return lagSeen{}, err
		}
		w.past[i].Add(sample)
		paces := w.past[i].Paces()
		lines[i] = lagLine{source: s, sample: sample, paces: paces, total: progress.Total(paces)}
	}
	return lagSeen{lines: lines, relay: w.askRelay(ctx)}, nil
}

// askRelay does not fail: a store that does not tell is no reason to say nothing of the pipelines.
func (w *lagWatch) askRelay(ctx context.Context) *lagRelay {
	if w.relay == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, relayWithin)
	defer cancel()
	lag, err := w.relay(ctx)
	return &lagRelay{outboxLag: lag, unknown: err}
}

func (w *lagWatch) take(ctx context.Context, s progress.Source) (progress.Sample, error) {
	sample, err := progress.Take(ctx, w.kafka, s)
	if kafka.IsMissing(err) {
		err = setUpFirst(fmt.Errorf("pipeline %s: its topic %s is missing", s.Pipeline, s.Topic))
	}
	return sample, err
}
