package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"

	"sluice/internal/requeue"
)

// deadRun is what requeue and drop have in common.
type deadRun struct {
	config   string
	choice   *deadChoice
	ids      []string
	settings requeue.Config
	do       func(r *requeue.Requeuer, ctx context.Context, box *requeue.Box) (requeue.Summary, error)
	done     string // what the letters are afterwards
	json     bool
}

// runDead deals with the chosen letters and says what it did.
func runDead(ctx context.Context, p *process, run deadRun) (err error) {
	cfg, err := loadConfig(run.config, p.environ)
	if err != nil {
		return err
	}
	filter, err := run.choice.filter(cfg, run.ids)
	if err != nil {
		return usage(err)
	}
	run.settings.Filter, run.settings.Who, run.settings.Tolerance = filter, whoami(), cfg.GPS.ClockAhead
	if err := run.settings.Validate(); err != nil {
		return usage(err)
	}
	boxes, err := newDeadBoxes(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, boxes.scanner.Close()) }()
	writer, err := newDeadWriter(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, writer.publisher.Close()) }()
	watch, of := newDeadWatch(p, run.done), run.choice.pipelines(cfg, &filter)
	sum, err := run.all(ctx, boxes, writer, watch, of)
	watch.end()
	if err == nil && sum.Done+sum.Failed+sum.Hopeless == 0 {
		err = run.choice.tellUnknown(ctx, p, boxes, of)
	}
	return errors.Join(run.print(p.stdout, sum), run.verdict(ctx, sum, err))
}

// all deals with each pipeline in turn, until the limit is reached.
func (run deadRun) all(ctx context.Context, boxes *deadBoxes, writer *deadWriter, watch *deadWatch, of []spec) (sum requeue.Summary, err error) {
	limit := run.settings.Limit
	for _, s := range of {
		run.settings.Topics = []string{s.topic}
		r, err := requeue.New(run.settings, writer, watch)
		if err != nil {
			return sum, err
		}
		done, err := run.do(r, ctx, boxes.box(s.name))
		sum.Add(done)
		if err != nil {
			return sum, err
		}
		if limit > 0 {
			if run.settings.Limit = limit - sum.Done - sum.Failed; run.settings.Limit <= 0 {
				break
			}
		}
	}
	return sum, nil
}

func (run deadRun) print(w io.Writer, sum requeue.Summary) error {
	if run.json {
		return json.NewEncoder(w).Encode(map[string]any{
			run.done: sum.Done, "failed": sum.Failed, "hopeless": sum.Hopeless, "settledBefore": sum.Settled, "dryRun": run.settings.DryRun,
		})
	}
	text := fmt.Sprintf("%s %s", count(sum.Done, "letter"), run.done)
	if run.settings.DryRun {
		text = fmt.Sprintf("%s would be %s; nothing was done", count(sum.Done, "letter"), run.done)
	}
	if sum.Failed > 0 {
		text += fmt.Sprintf("; %d could not be and are still open", sum.Failed)
	}
	if sum.Hopeless > 0 {
		text += fmt.Sprintf("; %d left alone: requeued %s or more before", sum.Hopeless, count(run.settings.MaxAttempts, "time"))
	}
	if sum.Settled > 0 && len(run.settings.Filter.IDs) > 0 {
		text += fmt.Sprintf("; requeued or dropped before: %d", sum.Settled)
	}
	return write(w, text+"\n")
}

// verdict is the command's error.
func (run deadRun) verdict(ctx context.Context, sum requeue.Summary, err error) error {
	named := int64(len(run.settings.Filter.IDs))
	dealt := sum.Done + sum.Failed + sum.Hopeless + sum.Settled
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		return errors.New("stopped before the end: what was done is marked, run it again for the rest")
	case err != nil:
		return err
	case sum.Failed > 0:
		return fmt.Errorf("%w: %s could not be %s", errFound, count(sum.Failed, "letter"), run.done)
	case dealt < named && run.settings.Limit == 0:
		return fmt.Errorf("%w: %d of the letters named are not there: deleted, gone by retention, or never ones", errFound, named-dealt)
	}
	return nil
}

// whoami is written into marks: user@host.
func whoami() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return name + "@" + host
}
