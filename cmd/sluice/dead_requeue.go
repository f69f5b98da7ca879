package main

import (
	"context"
	"errors"

	"sluice/internal/kafka"
	"sluice/internal/requeue"
)

// deadRequeueCmd is `sluice dead requeue`.
type deadRequeueCmd struct {
	configFlag
	deadChoice

	IDs         []string `arg:"" optional:"" name:"id" placeholder:"ID" help:"Only these letters: pipeline/partition/offset."`
	All         bool     `help:"All open letters; needed when nothing else chooses."`
	Rate        int64    `help:"Letters a second at most; 0 = no limit." default:"1000"`
	Limit       int64    `help:"Letters at most; 0 = all."`
	MaxAttempts int      `help:"Leave letters alone that were requeued so often and came back; 0 = none." default:"5"`
	DryRun      bool     `help:"Only say what would be done."`
	JSON        bool     `help:"Print the summary as JSON." name:"json"`
}

// Help is the long text of --help.
func (deadRequeueCmd) Help() string {
	return `Publishes the original bytes, key and headers on the original topic and partition, and marks the letter once that is acknowledged. ` +
		`All pipelines of that topic read it again: what they have stored already they count as duplicate or stale. So the stores stay right ` +
		`when a letter is requeued twice, which happens after a crash between record and mark, and when two do this at once: nothing keeps the second from ` +
		`starting. But where the cause has not gone, each of the two makes a new open letter: run one at a time. A record whose cause has not gone comes back as a ` +
		`new letter with one try more. Ctrl-C ends between two letters. Exit code 3 when a letter could not be requeued.

Example:
  sluice dead requeue --pipeline gps-live --reason mapping --dry-run
  sluice dead requeue --pipeline gps-live --reason mapping --rate 200
  sluice dead requeue gps-live/3/1234 gps-live/3/1240`
}

// Run requeues and says what it did.
func (c *deadRequeueCmd) Run(ctx context.Context, p *process) error {
	if len(c.IDs) == 0 && c.empty() && !c.All {
		return usage(errors.New("nothing chooses the letters: name them by id or by a filter, or say --all"))
	}
	return runDead(ctx, p, deadRun{
		config: c.Config, choice: &c.deadChoice, ids: c.IDs, json: c.JSON, done: "requeued",
		settings: requeue.Config{Limit: c.Limit, MaxAttempts: c.MaxAttempts, Rate: c.Rate, DryRun: c.DryRun, Temporary: unavailable},
		do:       (*requeue.Requeuer).Requeue,
	})
}

func unavailable(err error) bool { return errors.Is(err, kafka.ErrUnavailable) }

// deadDropCmd is `sluice dead drop`.
type deadDropCmd struct {
	configFlag
	deadChoice

	IDs    []string `arg:"" optional:"" name:"id" placeholder:"ID" help:"Only these letters: pipeline/partition/offset."`
	All    bool     `help:"All open letters; needed when nothing else chooses."`
	Limit  int64    `help:"Letters at most; 0 = all."`
	DryRun bool     `help:"Only say what would be done."`
	Yes    bool     `help:"Do not ask."`
	JSON   bool     `help:"Print the summary as JSON." name:"json"`
}

// Help is the long text of --help.
func (deadDropCmd) Help() string {
	return `Marks letters as dropped: they are open no more. Nothing is published to their topics, and nothing is deleted: show finds them until ` +
		`"dead prune" or retention takes them.

Example:
  sluice dead drop --pipeline gps-live --reason bad_json --before 24h --yes`
}

// Run asks, drops and says what it did.
func (c *deadDropCmd) Run(ctx context.Context, p *process) error {
	if len(c.IDs) == 0 && c.empty() && !c.All {
		return usage(errors.New("nothing chooses the letters: name them by id or by a filter, or say --all"))
	}
	if !c.Yes && !c.DryRun {
		if err := p.confirm("Mark these letters as dropped?"); err != nil {
			return err
		}
	}
	return runDead(ctx, p, deadRun{
		config: c.Config, choice: &c.deadChoice, ids: c.IDs, json: c.JSON, done: "dropped",
		settings: requeue.Config{Limit: c.Limit, DryRun: c.DryRun},
		do:       (*requeue.Requeuer).Drop,
	})
}
