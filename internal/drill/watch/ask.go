package watch

import (
	"context"
	"maps"
	"sync"
	"time"

	"sluice/internal/drill/stage"
)

// heard is what a process's lives said at their ends.
type heard struct {
	farewells []Farewell
	lost      int // lives that ended without a word
}

// hearAll reads the farewells of all processes that have any; of one whose are not to be had nothing is known.
func (w *Watch) hearAll() map[string]heard {
	all := map[string]heard{}
	for _, t := range w.cfg.Targets {
		if t.Farewells == nil {
			continue
		}
		ended := t.Process.Lives() // before asking whether one lasts, so that one that begins meanwhile is not taken for lost
		if t.Process.Alive() {
			ended--
		}
		if said, err := t.Farewells.Farewells(); err == nil {
			all[t.Name] = heard{farewells: said, lost: max(0, ended-len(said))}
		}
	}
	return all
}

// audience is who was heard in this look; the lock is held.
func (w *Watch) audience(said map[string][]Metric, farewells map[string]heard) audience {
	heard := audience{all: true}
	for _, t := range w.cfg.Targets {
		if t.Farewells == nil {
			continue
		}
		_, answered := said[t.Name]
		_, listened := farewells[t.Name]
		heard.all = heard.all && listened && (answered || !t.Process.Alive())
		heard.lost += w.processes[t.Name].lost
	}
	return heard
}

// scrapeAll asks all living processes at once; who does not answer is left out.
func (w *Watch) scrapeAll(ctx context.Context) map[string][]Metric {
	asked := map[string]func(context.Context) ([]Metric, error){}
	for _, t := range w.cfg.Targets {
		if t.Process.Alive() {
			asked[t.Name] = func(ctx context.Context) ([]Metric, error) { return w.scraper.Scrape(ctx, t.Process.Ops()) }
		}
	}
	return askEach(ctx, w.cfg.Within, asked)
}

// askAll asks how far all pipelines are, at once; who is not known is left out.
func (w *Watch) askAll(ctx context.Context) map[string]map[int32]stage.Offsets {
	asked := map[string]func(context.Context) (map[int32]stage.Offsets, error){}
	for _, p := range w.cfg.Pipelines {
		asked[p.Name] = func(ctx context.Context) (map[int32]stage.Offsets, error) {
			return w.offsets.Offsets(ctx, p.Group, p.Topic)
		}
	}
	return askEach(ctx, w.cfg.Within, asked)
}

// askEach collects the answers that come within the time. Silence is what is looked for here, so an
// error is an answer that is missing.
func askEach[T any](ctx context.Context, within time.Duration, asked map[string]func(context.Context) (T, error)) map[string]T {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var mu sync.Mutex
	var wait sync.WaitGroup
	answers := map[string]T{}
	for name, ask := range asked {
		wait.Go(func() {
			if answer, err := ask(ctx); err == nil {
				mu.Lock()
				defer mu.Unlock()
				answers[name] = answer
			}
		})
	}
	wait.Wait()
	return maps.Clone(answers)
}
