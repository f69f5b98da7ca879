package verify

import (
	"context"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
)

// verifier is one verification.
type verifier struct {
	cfg     Config
	deps    Deps
	author  *plan.Author
	report  *Report
	samples []ledger.Sample // the ledger's, then those of now
	goal    ledger.Sample   // the first of now: its ends are to be committed
	scraped int64           // when the counters were read, ms since 1970 UTC; 0 = they were not
	facts   *facts
	lost    map[string]*losses // by pipeline
	found   *findings
}

// Run waits for the readers, reads everything, and judges. An error means that something could not be
// read; what does not hold is in the report.
func Run(ctx context.Context, cfg Config, deps Deps) (*Report, error) {
	author, err := plan.New(cfg.Ledger.Header.Plan)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	v := &verifier{cfg: cfg, deps: deps, author: author, report: &Report{Run: author.Run}, samples: cfg.Ledger.Samples}
	v.introduce()
	if err := v.wait(ctx); err != nil {
		return nil, err
	}
	v.report.Waited = time.Since(begin).Seconds()
	counters, err := v.counters(ctx)
	if err != nil {
		v.note("counters: %v", err)
	}
	deps.Watcher.Doing("reading the ledger", 0)
	names := []string{cfg.Live, cfg.Past}
	for _, p := range cfg.Ledger.Header.Pipelines {
		names = append(names, p.Name)
	}
	v.lost = lossesOf(author, names, cfg.Lost)
	v.facts = gather(author, cfg.Ledger, newSettling(v.samples, cfg.Live), v.lost[cfg.Live].records)
	if err := v.read(ctx); err != nil {
		return nil, err
	}
	v.report.Assertions = []Assertion{
		v.answers(), v.nothingLost(), v.nothingInvented(), v.oneFate(), v.integrity(), v.oneCopy(), v.honestlyStale(),
		judging("L7", "effects").unjudged("pings have no effects"),
		v.counted(counters), v.offsets(), v.alive(ctx), v.notVacuous(counters),
	}
	v.report.Seconds = time.Since(begin).Seconds()
	return v.report, ctx.Err()
}

// introduce notes what is odd about the ledger itself.
func (v *verifier) introduce() {
	l := v.cfg.Ledger
	switch {
	case l.Closed == nil:
		v.note("the load was killed: what the ledger does not say is in doubt (%d bytes of a torn last entry ignored)", l.Torn)
	case l.Closed.Why != "done":
		v.note("the load ended early: %s", l.Closed.Why)
	}
}
