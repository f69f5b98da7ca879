package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sluice/internal/pause"
)

// lagCmd is `sluice lag`.
type lagCmd struct {
	configFlag
	Data       string        `help:"Data directory of an embedded installation: what waits to be published is looked for there, and not in Redis." type:"path" placeholder:"DIR"`
	Pipelines  narrow        `help:"Only these pipelines." placeholder:"NAME,…"`
	Interval   time.Duration `help:"Between two samples; rates need two. 0 = one sample, no rates." default:"1s"`
	Watch      bool          `help:"Go on until interrupted, a sample every interval; rates are over the last ten seconds."`
	Partitions bool          `help:"Show every partition, not only the one that is furthest behind."`
	Max        int64         `help:"Exit with 3 when a pipeline is behind by more records than this; -1 = never." default:"-1"`
	MaxAge     time.Duration `help:"Exit with 3 when a pipeline's oldest unsettled record is older than this; 0 = never." default:"0"`
	JSON       bool          `help:"Print JSON, one object and line per sample." name:"json"`
}

// Help is the long text of --help.
func (lagCmd) Help() string {
	return `Asks Kafka what was written and what each pipeline has committed, so it works beside running pipelines and without them. ` +
		`A pipeline commits once a second: a lag of what arrives in two seconds is none.

settled/s and produced/s are records per second. "oldest" is how long ago the oldest unsettled record was written. ` +
		`"drained in" is the lag divided by what is settled beyond what is produced: "keeps up", a time, or "never" while the lag grows. ` +
		`"-" is not known. The row "relay" is about changes of level and coupons that wait to be published: in how many buckets of their store, and since when; --max-age counts for it, too.

Example:
  sluice lag --max 100000 --max-age 5m
  sluice lag --watch --partitions --pipelines gps-live
  sluice lag --json | jq '.pipelines[] | {pipeline, lag, timeToDrainMs}'`
}

// Run asks Kafka and prints.
func (c *lagCmd) Run(ctx context.Context, p *process) (err error) {
	if err := c.check(); err != nil {
		return usage(err)
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	if err := cfg.knownPipelines(c.Pipelines); err != nil {
		return usage(err)
	}
	all := cfg.chosen(c.Pipelines)
	asked, closer, err := newKafkaProgress(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer()) }()
	w := newLagWatch(cfg.sources(all), asked)
	if slices.ContainsFunc(all, func(s spec) bool { return s.kind == levels }) {
		look, hangUp, wrong := c.relay(cfg)
		if wrong != nil {
			return usage(wrong)
		}
		defer func() { err = errors.Join(err, hangUp()) }()
		w.relay = look
	}
	if c.Interval > 0 {
		if err := w.begin(ctx); err != nil {
			return err
		}
	}
	return c.follow(ctx, p, w)
}

func (c *lagCmd) check() (err error) {
	if c.Interval < 0 || (c.Interval > 0 && c.Interval < 100*time.Millisecond) {
		err = errors.Join(err, fmt.Errorf("--interval %s must be 0, or at least 100ms", c.Interval))
	}
	if c.Watch && c.Interval == 0 {
		err = errors.Join(err, errors.New("--watch needs an --interval above 0"))
	}
	if c.Max < -1 {
		err = errors.Join(err, fmt.Errorf("--max %d must not be negative; -1 = never", c.Max))
	}
	if c.MaxAge < 0 {
		err = errors.Join(err, fmt.Errorf("--max-age %s must not be negative", c.MaxAge))
	}
	return err
}

// follow prints a sample after each interval: one, or until ctx ends.
func (c *lagCmd) follow(ctx context.Context, p *process, w *lagWatch) error {
	printer, told := newLagPrinter(p.stdout, c), false
	for ctx.Err() == nil {
		if err := pause.For(ctx, c.Interval); err != nil {
			return nil //nolint:nilerr // interrupted: that is how watching ends
		}
		seen, err := w.look(ctx)
		switch {
		case err != nil && ctx.Err() == nil && c.Watch:
			p.tell(err.Error()) // the next sample may do better
			continue
		case err != nil:
			return err
		}
		if err := printer.print(seen); err != nil {
			return err
		}
		if r := seen.relay; r != nil && r.unknown != nil && ctx.Err() == nil && (printer.redraw || !told) {
			c.tell(p, r)
			told = true
		}
		if err := c.judge(seen); err != nil || !c.Watch {
			return err
		}
	}
	return nil
}

// judge finds the pipelines that are further behind than they may be.
func (c *lagCmd) judge(seen lagSeen) error {
	var found []error
	for i := range seen.lines {
		l := &seen.lines[i]
		if c.Max >= 0 && l.total.Lag > c.Max {
			found = append(found, fmt.Errorf("%w: pipeline %s is behind by %s, more than %d", errFound, l.source.Pipeline, count(l.total.Lag, "record"), c.Max))
		}
		if c.MaxAge > 0 && l.total.Oldest > c.MaxAge {
			found = append(found, fmt.Errorf("%w: pipeline %s has a record unsettled for %s, longer than %s",
				errFound, l.source.Pipeline, l.total.Oldest.Round(time.Millisecond), c.MaxAge))
		}
	}
	if r := seen.relay; c.MaxAge > 0 && r != nil && r.unknown == nil && r.oldest > c.MaxAge {
		found = append(found, fmt.Errorf("%w: a change of level has waited for %s to be published, longer than %s", errFound, r.oldest.Round(time.Millisecond), c.MaxAge))
	}
	return errors.Join(found...)
}
