package reconcile

import (
	"context"
	"errors"

	"sluice/schemas"
)

// drill compares some buckets member by member and id by id. The facts of their members are in memory meanwhile.
func (p *pass) drill(ctx context.Context, buckets []int) error {
	facts := make([]map[string][]fact, len(p.index))
	for _, bucket := range buckets {
		facts[bucket] = map[string][]fact{}
	}
	err := p.deps.Index.OrderFacts(ctx, schemas.OrderFactsQuery{}, func(f *schemas.OrderFact) error {
		if of := facts[schemas.Bucket(f.Member, len(facts))]; of != nil {
			of[string(f.Member)] = append(of[string(f.Member)], p.window.fact(f))
		}
		return p.pace.did(ctx, 1)
	})
	if err != nil {
		return err
	}
	for _, bucket := range buckets {
		if err := p.drillBucket(ctx, bucket, facts[bucket]); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) drillBucket(ctx context.Context, bucket int, facts map[string][]fact) error {
	err := p.deps.Levels.Held(ctx, schemas.HeldQuery{Bucket: bucket, Months: p.window.months}, func(h *schemas.Held) error {
		p.suspect(h.Member, p.window.compare(h, facts[h.Member]))
		delete(facts, h.Member)
		return p.pace.did(ctx, 1)
	})
	if errors.Is(err, schemas.ErrRecovering) {
		p.report.Recovering++
		return nil
	}
	if err != nil {
		return err
	}
	for member, of := range facts { // of whom the store knows nothing
		p.suspect(member, p.window.compare(&schemas.Held{Member: member, Told: true}, of))
	}
	return nil
}

// again looks at one member by itself; fresh makes sure that the index shows all that was written to it.
func (p *pass) again(ctx context.Context, member string, fresh bool) ([]Drift, error) {
	var facts []fact
	err := p.deps.Index.OrderFacts(ctx, schemas.OrderFactsQuery{Member: member, Fresh: fresh}, func(f *schemas.OrderFact) error {
		facts = append(facts, p.window.fact(f))
		return nil
	})
	if err != nil {
		return nil, err
	}
	var drifts []Drift
	q := schemas.HeldQuery{Bucket: schemas.Bucket([]byte(member), p.deps.Levels.Buckets()), Member: member, Months: p.window.months}
	err = p.deps.Levels.Held(ctx, q, func(h *schemas.Held) error {
		drifts = p.window.compare(h, facts)
		return p.pace.did(ctx, 1+len(facts))
	})
	return drifts, err
}
