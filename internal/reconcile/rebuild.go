package reconcile

import (
	"context"
	"slices"

	"sluice/pipelines"
	"sluice/schemas"
)

// rebuild streams what the index knows of some buckets into the store. It does not matter what of it is
// there already, nor in which order it comes.
func (p *pass) rebuild(ctx context.Context, buckets []int) error {
	if len(buckets) == 0 {
		return nil
	}
	var writes []pipelines.Write
	flush := func() error {
		results, err := p.write(ctx, writes)
		if err != nil {
			return err
		}
		for i := range results {
			if results[i].Verdict == pipelines.Stored {
				p.report.Rebuilt++
			}
		}
		writes = writes[:0]
		return nil
	}
	err := p.deps.Index.OrderFacts(ctx, schemas.OrderFactsQuery{}, func(f *schemas.OrderFact) error {
		if _, mine := slices.BinarySearch(buckets, schemas.Bucket(f.Member, len(p.index))); !mine {
			return p.pace.did(ctx, 1)
		}
		is := p.window.fact(f)
		if !is.counts && !is.tomb {
			return p.pace.did(ctx, 1)
		}
		event := schemas.LevelEvent{Kind: schemas.LevelComplete, Order: is.id, Month: is.month, Second: is.second, At: is.at}
		if is.tomb {
			event.Kind = schemas.LevelVoid
		}
		writes = append(writes, repair(string(f.Member), &event))
		if len(writes) < p.cfg.Batch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}
