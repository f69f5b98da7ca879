package requeue

import (
	"context"
	"errors"
	"fmt"

	"sluice/pipelines"
)

// Deleter deletes records.
type Deleter interface {
	// DeleteBefore deletes a topic's records below an offset of each partition, for good.
	DeleteBefore(ctx context.Context, topic string, offsets map[int32]int64) error
}

// Pruned is what a prune deleted, or would delete.
type Pruned struct {
	Letters int64           `json:"letters"`
	Records int64           `json:"records"` // letters and marks
	Before  map[int32]int64 `json:"before"`  // per partition, the offset of the first record that stays
}

// Prune deletes each partition's first records up to its first open letter. All of them are
// letters that were marked, and marks, which stand behind their letters and so
// name none that stays. A record that is neither is not touched, nor any behind it.
func (b *Box) Prune(ctx context.Context, deleter Deleter, dryRun bool) (Pruned, error) {
	pruned := Pruned{Before: make(map[int32]int64)}
	spans, err := b.log.Spans(ctx, b.topic)
	if err != nil {
		return pruned, fmt.Errorf("pruning: %w", err)
	}
	for _, span := range spans {
		if err := b.settledPrefix(ctx, span, &pruned); err != nil {
			return pruned, fmt.Errorf("pruning: %w", err)
		}
	}
	if dryRun || len(pruned.Before) == 0 {
		return pruned, nil
	}
	return pruned, deleter.DeleteBefore(ctx, b.topic, pruned.Before)
}

func (b *Box) settledPrefix(ctx context.Context, span Span, pruned *Pruned) error {
	done, err := b.marked(ctx, span)
	if err != nil {
		return err
	}
	keep, letters, records := span.To, int64(0), int64(0)
	var letter Letter
	err = b.log.Read(ctx, b.topic, span, func(rec *pipelines.Record) error {
		switch {
		case isMark(rec):
		case letter.read(b.pipeline, span.Partition, rec) && (done.requeued.has(rec.Offset) || done.dropped.has(rec.Offset)):
			letters++
		default:
			keep = rec.Offset
			return errEnough
		}
		records++
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if records > 0 {
		pruned.Before[span.Partition] = keep
		pruned.Letters += letters
		pruned.Records += records
	}
	return nil
}
