package main

import (
	"context"
	"slices"
	"strings"

	"sluice/internal/requeue"
)

// tellUnknown is for a choice that no letter meets: it names the reasons and stages that were asked for and that
// no letter of those pipelines has, and those that there are.
func (c *deadChoice) tellUnknown(ctx context.Context, p *process, boxes *deadBoxes, of []spec) error {
	if len(c.Reason)+len(c.Stage) == 0 {
		return nil
	}
	var survey requeue.Survey
	for _, s := range of {
		if err := survey.Count(ctx, boxes.box(s.name), &requeue.Filter{}, nil); err != nil {
			return err
		}
	}
	var reasons, stages []string
	for _, heap := range survey.Heaps() {
		reasons, stages = append(reasons, heap.Reason), append(stages, string(heap.Stage))
	}
	p.tellOthers("reason", c.Reason, reasons)
	p.tellOthers("stage", c.Stage, stages)
	return nil
}

// tellOthers names what was wanted and is not there.
func (p *process) tellOthers(what string, wanted, there []string) {
	slices.Sort(there)
	there = slices.Compact(there)
	shown := "there are no letters"
	if len(there) > 0 {
		shown = "there are " + safe(strings.Join(there, ", "), 1000)
	}
	for _, word := range wanted {
		if !slices.Contains(there, word) {
			p.tell("no letter has the " + what + " " + word + "; " + shown)
		}
	}
}
