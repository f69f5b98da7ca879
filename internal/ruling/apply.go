package ruling

import (
	"context"
	"errors"
	"fmt"

	"sluice/schemas"
)

// Levels is the store of member levels, opened with the rules that are to be applied.
type Levels interface {
	// Buckets is how many parts the members are in, numbered from 0.
	Buckets() int
	// Rule brings some members of a bucket under the store's rules; behind a later ruling it is schemas.ErrFenced.
	Rule(ctx context.Context, bucket int, after string, fence int64, limit int) (schemas.Ruling, error)
}

// Numbers gives out fences where they do not fail with the store.
type Numbers interface {
	// Next is a number that nobody has been given before, above the one given.
	Next(ctx context.Context, above int64) (int64, error)
}

// Audit keeps what was done, for good.
type Audit interface {
	// Keep returns nil once the record is durable.
	Keep(ctx context.Context, record schemas.RulesApplied) error
}

// Deps are what Apply works with; all are needed.
type Deps struct {
	Levels  Levels
	Numbers Numbers
	Audit   Audit
	Looked  func(done, of int) // buckets
}

// step is how many members are brought under the rules at once: meanwhile the server does nothing else.
const step = 256

// Apply brings all members under the store's rules. It keeps record before anything is changed, as begun, and again with
// what became of it. A run that was broken off is simply run again: what is done is passed over.
func Apply(ctx context.Context, deps Deps, record schemas.RulesApplied) (schemas.RulesApplied, error) {
	fence, err := deps.Numbers.Next(ctx, 0)
	if err != nil {
		return record, fmt.Errorf("applying rules: drawing a fence: %w", err)
	}
	record.Fence, record.State = fence, schemas.RulesBegun
	if err := deps.Audit.Keep(ctx, record); err != nil {
		return record, fmt.Errorf("applying rules: keeping the audit record: %w", err)
	}
	failed := deps.all(ctx, &record)
	record.State = schemas.RulesDone
	if failed != nil {
		record.State = schemas.RulesBroken
	}
	if err := deps.Audit.Keep(context.WithoutCancel(ctx), record); err != nil {
		failed = errors.Join(failed, fmt.Errorf("keeping the audit record: %w", err))
	}
	if failed != nil {
		return record, fmt.Errorf("applying rules: %w", failed)
	}
	return record, nil
}

func (d *Deps) all(ctx context.Context, record *schemas.RulesApplied) error {
	buckets := d.Levels.Buckets()
	for bucket := range buckets {
		for after := ""; ; {
			said, err := d.Levels.Rule(ctx, bucket, after, record.Fence, step)
			if err != nil {
				return err
			}
			record.Members += int64(said.Seen)
			record.Announced += int64(said.Announced)
			if after = said.Next; after == "" {
				break
			}
		}
		d.Looked(bucket+1, buckets)
	}
	return nil
}
