package main

import (
	"sluice/internal/printable"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
	"sluice/schemas"
)

// header is what a ledger of pings begins with.
func (c *simulateLoadCmd) header(cfg *config, p *plan.Plan) ledger.Header {
	return ledger.Header{Plan: *p, To: printable.Address(c.To), Ops: addresses(c.Ops), Topic: schemas.TopicPings, Pipelines: readersOf(cfg, "", simulatePipelines()...)}
}

// addresses are URLs as a ledger keeps them: it is handed on.
func addresses(urls []string) (kept []string) {
	for _, url := range urls {
		kept = append(kept, printable.Address(url))
	}
	return kept
}

func rulesOf(cfg *config) plan.Rules {
	return plan.Rules{
		MaxAge: cfg.GPS.MaxAge.Milliseconds(), HistoryMaxAge: cfg.GPS.HistoryMaxAge.Milliseconds(), ClockAhead: cfg.GPS.ClockAhead.Milliseconds(),
		Coalesce: cfg.GPS.Coalesce.Milliseconds(), Outliers: cfg.GPS.OutlierSpeed > 0, Movement: cfg.GPS.MoveDistance > 0,
	}
}
