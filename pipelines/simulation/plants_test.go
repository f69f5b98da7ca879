package simulation

import (
	"context"
	"sync/atomic"

	"sluice/pipelines"
	"sluice/pipelines/gps"
)

// plant is a bug, put between the path and the world. Each part may be nil.
type plant struct {
	answers func(writes []pipelines.Write, results []pipelines.Result, err error) error // changes what the store has said
	buries  func(err error) error                                                       // changes what the dead-letter topic has said
	polls   func(n int) int                                                             // changes how many records came
	commits func(next, read int64) int64                                                // changes what is committed
	counts  func(n int) int                                                             // changes what is counted
	decodes func(f *gps.Fix)                                                            // changes what was decoded
	writes  func(w *pipelines.Write)                                                    // changes what is written
}

type plantedSink struct {
	pipelines.Sink
	*plant
}

func (s plantedSink) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	err := s.Sink.Write(ctx, writes, results)
	if s.answers != nil {
		err = s.answers(writes, results, err)
	}
	return err
}

type plantedLetters struct {
	pipelines.DeadLetters
	*plant
}

func (l plantedLetters) Publish(ctx context.Context, letters []pipelines.DeadLetter) error {
	err := l.DeadLetters.Publish(ctx, letters)
	if l.buries != nil {
		err = l.buries(err)
	}
	return err
}

type plantedObserver struct {
	pipelines.Observer
	*plant
}

func (o plantedObserver) Settled(part pipelines.Partition, verdict pipelines.Verdict, reason string, n int) {
	if o.counts != nil {
		n = o.counts(n)
	}
	o.Observer.Settled(part, verdict, reason, n)
}

type plantedSource struct {
	pipelines.Source
	*plant
	read *atomic.Int64 // Poll and Commit come from two goroutines
}

func (s plantedSource) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	n, err := s.Source.Poll(ctx, dst)
	if s.polls != nil && err == nil {
		n = s.polls(n)
	}
	if n > 0 {
		s.read.Store(max(s.read.Load(), dst[n-1].Offset+1))
	}
	return n, err
}

func (s plantedSource) Commit(ctx context.Context, next int64) error {
	if s.commits != nil {
		next = s.commits(next, s.read.Load())
	}
	return s.Source.Commit(ctx, next)
}

type plantedStream struct {
	pipelines.Identified[gps.Fix]
	*plant
}

func (s plantedStream) Decode(rec *pipelines.Record, f *gps.Fix) error {
	err := s.Identified.Decode(rec, f)
	if s.decodes != nil {
		s.decodes(f)
	}
	return err
}

func (s plantedStream) Process(f *gps.Fix, arena []byte) ([]byte, pipelines.Write) {
	arena, w := s.Identified.Process(f, arena)
	if s.writes != nil {
		s.writes(&w)
	}
	return arena, w
}

// in puts the bug between a process and its pipeline.
func (b *plant) in(stream func() pipelines.Stream[gps.Fix]) func() pipelines.Stream[gps.Fix] {
	return func() pipelines.Stream[gps.Fix] {
		made := stream()
		if live, ok := made.(pipelines.Identified[gps.Fix]); ok {
			return plantedStream{live, b}
		}
		return made
	}
}
