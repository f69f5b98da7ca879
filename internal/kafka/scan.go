package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"sluice/pipelines"
)

// Scanner reads topics from outside any group: it commits nothing and disturbs nobody. It
// connects at its first use, and is safe for many goroutines.
type Scanner struct {
	admin *Admin
	fetch GroupConfig // of it, the sizes and waits of fetches
}

// ErrGone says that what should be read is not in the topic: taken by retention, deleted, or
// never written.
var ErrGone = errors.New("not in the topic")

// NewScanner checks the settings; it does not dial. Close it after the last call.
func NewScanner(cfg Config) (*Scanner, error) {
	admin, err := NewAdmin(cfg)
	if err != nil {
		return nil, err
	}
	return &Scanner{admin: admin, fetch: GroupConfig{}.withDefaults()}, nil
}

// Close hangs up.
func (s *Scanner) Close() error { return s.admin.Close() }

// Scan calls each for the records of a topic that were there when it began, partition by
// partition, in the order of their offsets. A record is valid only during the call, and an
// error from each ends the scan with that error. What retention takes meanwhile is
// left out. Records of aborted transactions are given like all others.
func (s *Scanner) Scan(ctx context.Context, topic string, r Range, each func(part pipelines.Partition, rec *pipelines.Record) error) error {
	spans, err := s.Spans(ctx, topic, r)
	if err != nil {
		return err
	}
	for _, span := range spans {
		part := pipelines.Partition{Topic: topic, ID: span.Partition}
		err := s.Read(ctx, topic, span, func(rec *pipelines.Record) error { return each(part, rec) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Read is Scan for one span of one partition.
func (s *Scanner) Read(ctx context.Context, topic string, span Span, each func(rec *pipelines.Record) error) error {
	if span.From >= span.To {
		return nil
	}
	client, _, err := s.connect(ctx)
	if err != nil {
		return fmt.Errorf("scanning %s: %w", topic, err)
	}
	ctx, give := context.WithCancelCause(ctx)
	defer give(nil)
	watch := &scanWatch{end: span.To, stop: give}
	f := &fetcher{
		part: pipelines.Partition{Topic: topic, ID: span.Partition}, wire: s.admin.cfg.topic(topic), group: s.fetch, obs: watch,
		client: client, topic: func() (incarnation, error) { return incarnation{}, nil }, pass: func(hole) {}, back: func(int64) { give(fmt.Errorf("scanning %s: %w", topic, errCut)) },
	}
	f.start(ctx, s.admin.cfg.DialTimeout, start{next: span.From, epoch: unknownEpoch}, span.To)
	defer f.close()
	if err := watch.drain(ctx, f.answers, each); !errors.Is(err, errScanned) {
		return err
	}
	return nil
}

// scanSlice is how many records are unpacked at once.
const scanSlice = 256

// drain gives records until the end of the span.
func (w *scanWatch) drain(ctx context.Context, answers <-chan answer, each func(rec *pipelines.Record) error) error {
	r := reader{names: pipelines.HeaderNames{}}
	records := make([]pipelines.Record, scanSlice)
	for {
		select {
		case r.answer = <-answers:
			w.failures.Store(0)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		for n := r.read(records); n > 0; n = r.read(records) {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			for i := range n {
				if records[i].Offset >= w.end {
					return nil
				}
				if err := each(&records[i]); err != nil {
					return err
				}
			}
		}
		if r.answer.next >= w.end {
			return nil
		}
	}
}

// At reads the one record at an offset; ErrGone when there is none.
func (s *Scanner) At(ctx context.Context, topic string, partition int32, offset int64) (pipelines.Record, error) {
	var found *pipelines.Record
	spans, err := s.Spans(ctx, topic, Range{})
	if err != nil {
		return pipelines.Record{}, err
	}
	for _, span := range spans {
		if span.Partition != partition || offset < span.From || offset >= span.To {
			continue
		}
		span.From, span.To = offset, offset+1
		err = s.Read(ctx, topic, span, func(rec *pipelines.Record) error {
			found = &pipelines.Record{Offset: rec.Offset, Time: rec.Time, Key: rec.Key, Value: rec.Value, Headers: rec.Headers}
			return nil
		})
	}
	if err == nil && found == nil {
		err = fmt.Errorf("reading %s/%d at %d: %w", topic, partition, offset, ErrGone)
	}
	if err != nil {
		return pipelines.Record{}, err
	}
	return *found, nil
}

// scanWatch ends a scan that cannot go on: a fetcher itself tries for ever.
type scanWatch struct {
	end      int64
	stop     context.CancelCauseFunc
	failures atomic.Int32 // in a row
}

// scanFailures in a row end a scan: with the waits between them some seconds.
const scanFailures = 6

// errScanned says that nothing of the span is left to read.
var errScanned = errors.New("nothing is left")

// GroupFailed counts failures, and ends the scan at the last.
func (w *scanWatch) GroupFailed(err error) {
	if w.failures.Add(1) >= scanFailures {
		w.stop(fmt.Errorf("scanning: %w", err))
	}
}

// GroupGap ends the scan when retention has taken the rest of the span.
func (w *scanWatch) GroupGap(_ pipelines.Partition, _, to int64, why string) {
	if why == gapRetention && to >= w.end {
		w.stop(errScanned)
	}
}

// GroupSkipped ends the scan: whoever scans must know that it is not all.
func (w *scanWatch) GroupSkipped(part pipelines.Partition, from, to int64, _ string, err error) {
	w.stop(fmt.Errorf("scanning %v: offsets %d to %d cannot be read: %w", part, from, to-1, err))
}
