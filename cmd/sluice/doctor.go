package main

import (
	"context"
	"errors"
	"fmt"

	"sluice/internal/doctor"
)

// doctorCmd is `sluice doctor`.
type doctorCmd struct {
	configFlag
	Data string `help:"Data directory of an embedded installation: look at it and at its broker instead of Elasticsearch and Redis." type:"path" placeholder:"DIR"`
	JSON bool   `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (doctorCmd) Help() string {
	return `Checks every server, topic, template, index, setting, clock, disk and permission, changes nothing, and says how to mend what it finds. ` +
		`Exit code 3 when something fails; warnings alone are no failure.

Example:
  sluice doctor --config sluice.yaml
  sluice doctor --data ~/sluice-data
  sluice doctor --json | jq '.findings[] | select(.level == "fail")'`
}

// Run asks everything at once and prints.
func (c *doctorCmd) Run(ctx context.Context, p *process) (err error) {
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	parts, closers, err := c.parts(p, cfg)
	defer func() { err = errors.Join(err, closeAll(closers)) }()
	if err != nil {
		return usage(err)
	}
	report := doctor.Run(ctx, doctor.Config{}, parts)
	printing := report.Print
	if c.JSON {
		printing = report.JSON
	}
	if err := printing(p.stdout); err != nil {
		return err
	}
	if report.Failures > 0 {
		return fmt.Errorf("%w: %s", errFound, count(report.Failures, "failure"))
	}
	return nil
}

// parts are what this installation is made of.
func (c *doctorCmd) parts(p *process, cfg *config) (parts []doctor.Part, closers []func() error, err error) {
	part, closer, err := kafkaPart(cfg, c.Data)
	if err != nil {
		return nil, nil, err
	}
	parts, closers = append(parts, part, webhookPart(cfg)), append(closers, closer)
	numbers, closer, err := newNumbers(cfg)
	if err != nil {
		return nil, closers, err
	}
	closers = append(closers, closer)
	if c.Data != "" {
		return append(parts, dataPart(c.Data, int64(cfg.Data.MinFree), numbers), machinePart(cfg, p.ofUp(cfg.Memory, cfg.Data.MaxDrivers))), closers, nil
	}
	elastic, closer, err := elasticPart(cfg)
	if err != nil {
		return nil, closers, err
	}
	closers = append(closers, closer)
	redis, closer, err := redisPart(cfg, numbers)
	if err != nil {
		return nil, closers, err
	}
	parts, closers = append(parts, elastic, redis), append(closers, closer)
	return append(parts, machinePart(cfg, p.ofRoles(cfg.Memory))), closers, nil
}

// judged are findings about one thing: a good one stands when nothing else was found.
type judged struct {
	what, where string
	found       []doctor.Finding
}

func (j *judged) warn(fix, format string, args ...any) {
	j.found = append(j.found, doctor.Warning(j.what, j.where, fmt.Sprintf(format, args...), fix))
}

func (j *judged) fail(fix, format string, args ...any) {
	j.found = append(j.found, doctor.Failure(j.what, j.where, fmt.Sprintf(format, args...), fix))
}

// or is what was found, or the good word.
func (j *judged) or(format string, args ...any) []doctor.Finding {
	if len(j.found) > 0 {
		return j.found
	}
	return []doctor.Finding{doctor.Good(j.what, j.where, fmt.Sprintf(format, args...))}
}

// only is one finding.
func only(f doctor.Finding) []doctor.Finding { return []doctor.Finding{f} }
