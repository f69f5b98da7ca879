package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

var (
	errSurvived = errors.New("a checker is blind")
	errNoProof  = errors.New("what fails without a bug proves nothing with one")
)

// campaign tries each mutant by every catcher that it names.
type campaign struct {
	out      io.Writer
	catchers []catcher
	mutants  []*mutant
}

// run tries first the product without a bug, once in each scene. The error is errNoProof when that does
// not hold, errSurvived when a mutant was not caught by what it names, or why something could not be tried.
func (c *campaign) run(ctx context.Context) error {
	began := time.Now()
	if err := c.controls(ctx); err != nil {
		return err
	}
	caught := 0
	for _, m := range c.mutants {
		ok, err := c.hunt(ctx, m)
		if err != nil {
			return err
		}
		if ok {
			caught++
		}
	}
	if err := c.say("%d of %d planted bugs are caught, in %s\n", caught, len(c.mutants), time.Since(began).Round(time.Second)); err != nil {
		return err
	}
	if caught < len(c.mutants) {
		return errSurvived
	}
	return nil
}

func (c *campaign) controls(ctx context.Context) error {
	tried := map[string]bool{}
	for _, m := range c.mutants {
		for _, by := range c.catchers {
			scene := by.scene(m)
			if scene == "" || tried[scene] {
				continue
			}
			tried[scene] = true
			began := time.Now()
			got, err := by.try(ctx, m, false)
			switch {
			case err != nil:
				return fmt.Errorf("trying the product without a bug, by %s: %w", scene, err)
			case got.failed:
				return fmt.Errorf("%w: by %s it was said of the product: %s", errNoProof, scene, got.said)
			}
			if err := c.say("control  %s: holds without a bug (%s)\n", scene, took(began, got)); err != nil {
				return err
			}
		}
	}
	return nil
}

// hunt is true when everything that the mutant names has caught it.
func (c *campaign) hunt(ctx context.Context, m *mutant) (bool, error) {
	if err := c.say("%s: %s\n", m.name, m.What); err != nil {
		return false, err
	}
	all := true
	for _, by := range c.catchers {
		scene := by.scene(m)
		if scene == "" {
			continue
		}
		began := time.Now()
		got, err := by.try(ctx, m, true)
		if err != nil {
			return false, fmt.Errorf("trying %s by %s: %w", m.name, scene, err)
		}
		word, what := "caught", got.by
		if got.by == "" {
			all, word, what = false, "SURVIVED", "it was said: "+got.said
		}
		if err := c.say("  %-8s by %s: %s (%s)\n", word, scene, what, took(began, got)); err != nil {
			return false, err
		}
	}
	return all, nil
}

func (c *campaign) say(format string, args ...any) error {
	if _, err := fmt.Fprintf(c.out, format, args...); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

func took(began time.Time, got outcome) string {
	if got.took == 0 {
		got.took = time.Since(began)
	}
	return got.took.Round(100 * time.Millisecond).String()
}
