package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sluice/internal/drill"
	"sluice/internal/drill/report"
	"sluice/internal/drill/stage"
)

// house is where the servers will live: below the report's directory.
func (c *drillRunCmd) house(p *process) (*stage.House, error) {
	if _, err := os.Stat(c.Stack); err != nil {
		return nil, usage(fmt.Errorf("the servers' script: %w: run it in a checkout of sluice, or say where it is with --stack", err))
	}
	binary := c.Binary
	if binary == "" {
		own, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("finding this binary: %w", err)
		}
		binary = own
	}
	dir := c.stageDir()
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("clearing the stage: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // servers of another user may read it
		return nil, fmt.Errorf("making the stage: %w", err)
	}
	house, err := stage.New(stage.Config{Dir: dir, Stack: c.Stack, Binary: binary, Cache: stackCache(p.environ)}, drillAdmin)
	if err != nil {
		return nil, usage(err)
	}
	return house, nil
}

// stackCache is where the servers' jars are kept, as ops/stack has it; "" = nowhere in particular.
func stackCache(environ []string) string {
	for _, pair := range environ {
		if dir, ok := strings.CutPrefix(pair, "SLUICE_STACK_CACHE="); ok {
			return dir
		}
	}
	return ""
}

func (c *drillRunCmd) stageDir() string { return filepath.Join(c.Report, "stage") }

// tidy removes the logs of drills that held, and all that is left of the servers when every one did.
func (c *drillRunCmd) tidy(played []report.Drill) error {
	if c.Keep {
		return nil
	}
	var errs []error
	for i := range played {
		if played[i].Verdict == report.Held {
			errs = append(errs, os.RemoveAll(filepath.Join(c.stageDir(), played[i].Name)))
		}
	}
	if drill.Verdict(played) == report.Held {
		errs = append(errs, os.RemoveAll(c.stageDir()))
	}
	return errors.Join(errs...)
}

// closeHouse ends the servers, also after an interruption.
func closeHouse(ctx context.Context, house *stage.House) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), houseClosesWithin)
	defer cancel()
	return house.Close(ctx)
}

const houseClosesWithin = 2 * time.Minute
