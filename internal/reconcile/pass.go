package reconcile

import (
	"context"
	"errors"
	"fmt"

	"sluice/schemas"
)

// pass is one comparison of everything.
type pass struct {
	*Reconciler
	job    Job
	window window
	only   int // the place of Job.Month in the window, -1 = all months
	pace   pace
	report Report

	index    []tally // by bucket
	trusted  bool    // the index knows about as much as the store
	suspects map[string][]Drift
	doubts   int // in suspects
}

// Run compares everything, and mends what it may.
func (r *Reconciler) Run(ctx context.Context, job Job) (Report, error) {
	p := &pass{Reconciler: r, job: job, window: newWindow(r.deps.Rules, r.deps.Now().UnixMilli()), only: -1, pace: pace{rate: r.cfg.Rate}}
	err := p.run(ctx)
	if err != nil {
		err = fmt.Errorf("reconciling: %w", err)
	}
	if ctx.Err() == nil { // whoever ended it knows
		r.deps.Observer.Ended(p.report, err)
	}
	return p.report, err
}

func (p *pass) run(ctx context.Context) error {
	buckets := p.deps.Levels.Buckets()
	p.report.Next = p.job.From
	if p.job.From < 0 || p.job.From > buckets {
		return fmt.Errorf("there is no bucket %d of %d", p.job.From, buckets)
	}
	if p.job.Month != 0 {
		if p.only = p.window.place(p.job.Month); p.only < 0 {
			return fmt.Errorf("%s is not within the months that are compared, %s to %s", p.job.Month, p.window.months[0], p.window.months[len(p.window.months)-1])
		}
	}
	if err := p.sumIndex(ctx); err != nil {
		return err
	}
	for from := p.job.From; from < buckets; from += p.cfg.Segment {
		to := min(from+p.cfg.Segment, buckets)
		if err := p.segment(ctx, from, to); err != nil {
			return err
		}
		p.report.Buckets, p.report.Next = to-p.job.From, to
	}
	return nil
}

// sumIndex streams the index into its digests.
func (p *pass) sumIndex(ctx context.Context) error {
	p.index = newTallies(p.deps.Levels.Buckets(), len(p.window.months))
	err := p.deps.Index.OrderFacts(ctx, schemas.OrderFactsQuery{}, func(f *schemas.OrderFact) error {
		is := p.window.fact(f)
		p.index[schemas.Bucket(f.Member, len(p.index))].fact(&p.window, f.Member, &is)
		return p.pace.did(ctx, 1)
	})
	for i := range p.index {
		p.report.Known += p.index[i].orders()
	}
	return err
}

// segment compares some buckets, mends them and looks at them again.
func (p *pass) segment(ctx context.Context, from, to int) error {
	p.suspects, p.doubts = map[string][]Drift{}, 0
	differing, err := p.look(ctx, from, to)
	if err != nil {
		return err
	}
	p.report.Differing += len(differing)
	for len(differing) > 0 && !p.full() {
		n, orders := 0, int64(0)
		for n < len(differing) && (n == 0 || orders+p.index[differing[n]].orders() <= int64(p.cfg.Orders)) {
			orders += p.index[differing[n]].orders()
			n++
		}
		if err := p.drill(ctx, differing[:n]); err != nil {
			return err
		}
		differing = differing[n:]
	}
	return p.settle(ctx)
}

// look sums what the store holds, and returns the buckets that differ. Those that hold far too little are filled first.
func (p *pass) look(ctx context.Context, from, to int) (differing []int, err error) {
	held := newTallies(to-from, len(p.window.months))
	away := map[int]bool{}
	var short []int
	for bucket := from; bucket < to; bucket++ {
		err := p.sum(ctx, bucket, &held[bucket-from])
		switch {
		case errors.Is(err, schemas.ErrRecovering):
			away[bucket] = true
			p.report.Recovering++
		case err != nil:
			return nil, err
		case p.job.Repair && held[bucket-from].short(&p.index[bucket], p.cfg.Rebuild):
			short = append(short, bucket)
		}
		p.deps.Observer.Looked(bucket+1, p.deps.Levels.Buckets())
	}
	if err := p.rebuild(ctx, short); err != nil {
		return nil, err
	}
	for _, bucket := range short {
		held[bucket-from] = newTallies(1, len(p.window.months))[0]
		if err := p.sum(ctx, bucket, &held[bucket-from]); err != nil {
			return nil, err
		}
	}
	for bucket := from; bucket < to; bucket++ {
		p.report.Held += held[bucket-from].orders()
		if !away[bucket] && !held[bucket-from].equal(&p.index[bucket], p.only) {
			differing = append(differing, bucket)
		}
	}
	p.trusted = p.known(from, to)*100 >= p.cfg.Most*p.sumOf(held)
	return differing, nil
}

// sum adds up a bucket, and looks at the level of each member on the way.
func (p *pass) sum(ctx context.Context, bucket int, into *tally) error {
	return p.deps.Levels.Held(ctx, schemas.HeldQuery{Bucket: bucket, Months: p.window.months}, func(h *schemas.Held) error {
		into.held(h)
		p.report.Members++
		p.suspect(h.Member, levelDrifts(h))
		n := 1
		for i := range h.Counted {
			n += len(h.Counted[i])
		}
		return p.pace.did(ctx, n)
	})
}

func (p *pass) known(from, to int) (n int64) { return p.sumOf(p.index[from:to]) }

func (p *pass) sumOf(tallies []tally) (n int64) {
	for i := range tallies {
		n += tallies[i].orders()
	}
	return n
}

// suspect keeps what a first look has found of a member.
func (p *pass) suspect(member string, drifts []Drift) {
	if len(drifts) == 0 {
		return
	}
	if p.full() {
		p.report.More = true
		return
	}
	p.doubts += len(drifts) - len(p.suspects[member])
	p.suspects[member] = drifts
}

func (p *pass) full() bool { return p.doubts >= p.cfg.Suspects }
