package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"sluice/internal/replay"
	"sluice/pipelines/gps"
)

// replayCmd is `sluice replay`.
type replayCmd struct {
	configFlag
	Topic    string  `help:"Topic whose records are read again; without it the pipeline's." placeholder:"TOPIC"`
	Pipeline string  `help:"Pipeline whose path they take; without it gps-history." placeholder:"NAME"`
	From     string  `help:"First time of the range, by the records' own times: RFC 3339, a day (UTC), or how long ago (2h)." placeholder:"TIME"`
	To       string  `help:"End of the range, not in it; likewise, or now." placeholder:"TIME"`
	Name     string  `help:"Names the replay: under it a stopped one goes on, and several processes share one. Without it the pipeline's name." placeholder:"NAME"`
	Shadow   string  `help:"Write into a shadow index of this name instead of the pipeline's own." placeholder:"NAME"`
	AsOf     string  `name:"as-of" help:"Judge ages as of each record's own time (record), or not at all (off)." enum:"record,off" default:"record"`
	Rate     float64 `help:"Records a second that this process reads at most; 0 = no limit."`
	Data     string  `help:"Replay in this data directory of sluice up, which must not run meanwhile." placeholder:"DIR"`
	Forget   bool    `help:"Give up the replay of this name where it is."`
	JSON     bool    `help:"Print the summary as JSON." name:"json"`

	anyPipeline bool // none was named: a replay that goes on tells its own
}

// Help is the long text of --help.
func (replayCmd) Help() string {
	return `Reads a time range of a topic again, in a consumer group of its own, along the pipeline's own path. What the store has is not changed by it: history counts it as ` +
		`duplicate, live as stale, for an old position has an older version; what is missing is written. Ages are judged as of the records' own times. ` +
		`A letter that its dead topic keeps already is not kept twice.

Stopped or killed, the same command goes on where it was; --name alone is enough then. Kafka forgets the place of a group without members after a week ` +
		`(offsets.retention.minutes). Another range under the same name is refused. Exit code 3 when records of the range may have been gone already.

Example:
  sluice replay --from 2026-11-20T08:00:00Z --to 2026-11-20T12:00:00Z
  sluice replay --pipeline gps-live --from 10m --to now --name after-the-restore
  sluice replay --from 2026-11-20 --to 2026-11-21 --shadow newmapping --rate 20000`
}

// names are those of replays and shadows: they become parts of groups and indices.
func validName(what, name string) error {
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`).MatchString(name) {
		return fmt.Errorf("%s %q: want up to 64 of a-z 0-9 . _ -, beginning with one of the first two", what, name)
	}
	return nil
}

// job reads the flags; it is false when they name no range.
func (c *replayCmd) job(cfg *config, now time.Time) (replay.Job, bool, error) {
	var errs []error
	c.anyPipeline = c.Pipeline == ""
	if c.anyPipeline {
		c.Pipeline = gps.History
	}
	if c.Name == "" {
		c.Name = c.Pipeline
	}
	errs = append(errs, cfg.knownPipelines([]string{c.Pipeline}), validName("name", c.Name))
	if c.Shadow != "" {
		errs = append(errs, validName("shadow", c.Shadow))
	}
	if c.Shadow != "" && c.Data != "" {
		errs = append(errs, errors.New("a data directory has no shadow indices: copy the directory, and replay in the copy"))
	}
	errs = append(errs, finiteRate("--rate", c.Rate))
	from, err := parseMoment(c.From, now)
	errs = append(errs, err)
	to, err := parseMoment(c.To, now)
	errs = append(errs, err)
	if (c.From == "") != (c.To == "") {
		errs = append(errs, errors.New("--from and --to belong together"))
	}
	if err := errors.Join(errs...); err != nil {
		return replay.Job{}, false, err
	}
	s := cfg.chosen([]string{c.Pipeline})[0]
	if c.Topic == "" {
		c.Topic = s.topic
	}
	if c.Topic != s.topic {
		return replay.Job{}, false, fmt.Errorf("pipeline %s does not read topic %s, but %s", s.name, c.Topic, s.topic)
	}
	if c.From == "" {
		return replay.Job{}, false, nil
	}
	job := replay.Job{Pipeline: c.Pipeline, Topic: c.Topic, From: from.UnixMilli(), To: to.UnixMilli(), Shadow: c.Shadow, AsOf: c.AsOf}
	return job, true, job.Validate()
}

// Run replays until the range is done, or ctx ends.
func (c *replayCmd) Run(ctx context.Context, p *process) error {
	cfg, err := loadConfigWith(c.Config, p.environ, func(cfg *config) {
		if c.Data != "" {
			cfg.Data.Dir = c.Data
		}
		cfg.Log.Level = "warn"
	})
	if err != nil {
		return err
	}
	job, ranged, err := c.job(cfg, time.Now())
	if err != nil {
		return usage(err)
	}
	r, err := newReplayer(p, cfg, c) //nolint:contextcheck // opening files is not cancelled half-way
	if err != nil {
		return err
	}
	err = r.run(ctx, job, ranged)
	return errors.Join(err, r.close())
}
