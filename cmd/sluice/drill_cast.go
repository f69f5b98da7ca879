package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"sluice/internal/drill/report"
	"sluice/internal/drill/stage"
	"sluice/internal/drill/watch"
)

// drillCast is the processes of a stage. Faults may bring further ones, which are none of it.
type drillCast struct {
	stage *stage.Stage
	own   []*stage.Process
}

func newDrillCast(on *stage.Stage) *drillCast { return &drillCast{stage: on, own: on.All()} }

// doors are where clients post and ask.
func (c *drillCast) doors() (gateway, query string, err error) {
	gateways, queries := c.stage.Processes(roleGateway), c.stage.Processes(roleQuery)
	if len(gateways) == 0 || len(queries) == 0 {
		return "", "", errors.New("the stage has no gateway or no query process")
	}
	return gateways[0].HTTP(), queries[0].HTTP(), nil
}

// ops are the listeners of those that run pipelines.
func (c *drillCast) ops() []string {
	var urls []string
	for _, p := range c.stage.Processes(rolePipelines) {
		urls = append(urls, p.Ops())
	}
	return urls
}

func (c *drillCast) targets() []watch.Target {
	var all []watch.Target
	for _, p := range c.own {
		target := watch.Target{Name: p.Name, Process: p}
		if p.Role == rolePipelines {
			target.Farewells = &farewells{file: p.Log()}
		}
		all = append(all, target)
	}
	return all
}

// logs are the files of those that run pipelines, by their ops listeners.
func (c *drillCast) logs() map[string]string {
	files := map[string]string{}
	for _, p := range c.stage.Processes(rolePipelines) {
		files[p.Ops()] = p.Log()
	}
	return files
}

// Start starts all and waits until each is ready.
func (c *drillCast) Start(ctx context.Context) error {
	for _, p := range c.own {
		if err := p.Start(ctx); err != nil {
			return fmt.Errorf("starting %s: %w", p.Name, err)
		}
	}
	for _, p := range c.own {
		if err := p.Ready(ctx); err != nil {
			return fmt.Errorf("waiting for %s: %w", p.Name, err)
		}
	}
	return nil
}

// Stop asks gateways and query processes first, then those that run pipelines.
func (c *drillCast) Stop(ctx context.Context) []report.Stop {
	var front, back []*stage.Process
	for _, p := range c.stage.All() {
		switch {
		case !p.Alive() && !slices.Contains(c.own, p):
		case p.Role == rolePipelines:
			back = append(back, p)
		default:
			front = append(front, p)
		}
	}
	return append(stopAll(ctx, front), stopAll(ctx, back)...)
}

func stopAll(ctx context.Context, all []*stage.Process) []report.Stop {
	stops := make([]report.Stop, len(all))
	var each sync.WaitGroup
	for i, p := range all {
		each.Go(func() { stops[i] = stopOne(ctx, p) })
	}
	each.Wait()
	return stops
}

// stopOne asks one process to end, and reads what it says of what it left.
func stopOne(ctx context.Context, p *stage.Process) report.Stop {
	said := report.Stop{Process: p.Name}
	if !p.Alive() {
		said.Code, said.Left = p.Exit(), "it had ended before it was asked to"
		return said
	}
	from, err := logSize(p.Log())
	if err == nil {
		code, took, stopping := p.Stop(ctx)
		said.Code, said.Seconds, err = code, took.Seconds(), stopping
	}
	switch {
	case err != nil:
		said.Left = err.Error()
	case p.Role == rolePipelines:
		said.Left = leftBehind(p.Log(), from)
	}
	return said
}

func logSize(file string) (int64, error) {
	info, err := os.Stat(file)
	if err != nil {
		return 0, fmt.Errorf("looking at the log: %w", err)
	}
	return info.Size(), nil
}

// leftBehind reads in a log, from a place on, what each pipeline said at its end; "" = that it left nothing. What
// a pipeline counts as left includes what it gave up with partitions long before its end, so that is not asked.
func leftBehind(file string, from int64) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	left, spoke := map[string]uint64{}, map[string]bool{}
	for line := range bytes.Lines(text[min(from, int64(len(text))):]) {
		var entry struct {
			Msg      string `json:"msg"`
			Pipeline string `json:"pipeline"`
			Records  uint64 `json:"records"`
			Settled  uint64 `json:"uncommitted"`
		}
		switch {
		case json.Unmarshal(line, &entry) != nil:
		case entry.Msg == saidStopped:
			spoke[entry.Pipeline] = true
		case strings.HasPrefix(entry.Msg, "partition abandoned"):
			left[entry.Pipeline] += entry.Records + entry.Settled
		}
	}
	var words []string
	for _, name := range pipelineNames() {
		switch {
		case !spoke[name]:
			words = append(words, name+" did not say that it stopped")
		case left[name] > 0:
			words = append(words, fmt.Sprintf("%s left %d records", name, left[name]))
		}
	}
	return strings.Join(words, "; ")
}
