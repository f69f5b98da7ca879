package doctor

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Check looks at one thing.
type Check struct {
	What, Where string // name it where Run has no time to do so
	// Run returns at least one finding. It should end with ctx; when it does not, it is left
	// behind, and the report says that there was no answer.
	Run func(ctx context.Context) []Finding
}

// Part is a server, or a machine, and everything to be checked on it.
type Part struct {
	Name   string  // for people: Kafka
	Reach  []Check // its addresses; one that does not fail is enough to ask the rest
	Checks []Check // all asked side by side, once the part has been reached
}

// Config bounds a run.
type Config struct {
	CheckTimeout time.Duration // for one check; 0 = 6 s
}

// DefaultCheckTimeout leaves a run, which is at most two checks deep, below 15 s.
const DefaultCheckTimeout = 6 * time.Second

// Run runs the checks of all parts and returns when each has answered or had its time. The
// findings come in the order of the parts and their checks.
func Run(ctx context.Context, cfg Config, parts []Part) Report {
	if cfg.CheckTimeout == 0 {
		cfg.CheckTimeout = DefaultCheckTimeout
	}
	found := make([][]Finding, len(parts))
	var wait sync.WaitGroup
	for i := range parts {
		wait.Go(func() { found[i] = parts[i].run(ctx, cfg.CheckTimeout) })
	}
	wait.Wait()
	var report Report
	for _, findings := range found {
		report.add(findings)
	}
	return report
}

func (p *Part) run(ctx context.Context, limit time.Duration) []Finding {
	reached := together(ctx, p.Reach, limit)
	if len(p.Reach) > 0 && !anyPasses(reached) {
		for _, check := range p.Checks {
			reached = append(reached, Skipped(check.What, check.Where, p.Name+" does not answer"))
		}
		return reached
	}
	return append(reached, together(ctx, p.Checks, limit)...)
}

func anyPasses(findings []Finding) bool {
	for _, f := range findings {
		if f.Level != Fail {
			return true
		}
	}
	return false
}

// together runs checks side by side and keeps their order.
func together(ctx context.Context, checks []Check, limit time.Duration) []Finding {
	found := make([][]Finding, len(checks))
	var wait sync.WaitGroup
	for i := range checks {
		wait.Go(func() { found[i] = checks[i].within(ctx, limit) })
	}
	wait.Wait()
	var all []Finding
	for _, findings := range found {
		all = append(all, findings...)
	}
	return all
}

// within runs a check for at most limit.
func (c *Check) within(ctx context.Context, limit time.Duration) []Finding {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answers := make(chan []Finding, 1)
	go func() { answers <- c.Run(ctx) }()
	select {
	case findings := <-answers:
		return findings
	case <-ctx.Done():
	}
	// A check that ends with its context still has the better word.
	select {
	case findings := <-answers:
		return findings
	case <-time.After(grace):
		return []Finding{Failure(c.What, c.Where, fmt.Sprintf("no answer within %s", limit), "sluice doctor # again; when it stays, the server is overloaded or the network drops packets")}
	}
}

const grace = 100 * time.Millisecond
