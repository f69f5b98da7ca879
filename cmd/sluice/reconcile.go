package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sluice/internal/reconcile"
	"sluice/schemas"
)

// reconcileCmd is `sluice reconcile`.
type reconcileCmd struct {
	configFlag
	Month    string        `help:"Compare only this month's orders: 2026-11. Without it all months that levels are kept for." placeholder:"YYYY-MM"`
	Repair   bool          `help:"Mend what differs, by the script that applies live events, and look again."`
	Watch    bool          `help:"Go on until interrupted: each minute some members who had an event, once a day everything."`
	Rate     int           `help:"Orders that are read a second at most, of both sides together; 0 = no limit." default:"0"`
	From     int           `help:"Go on at this bucket: what a run that was broken off called next." default:"0"`
	Patience time.Duration `help:"For the pipelines to come as far as they must before a difference counts." default:"2m"`
	Data     string        `help:"The data directory of sluice up, which must not run meanwhile; without it Redis and Elasticsearch." placeholder:"DIR" type:"path"`
	JSON     bool          `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (reconcileCmd) Help() string {
	return `Compares by order id, not by totals: digests of each bucket and month first, then ids where digests differ. What is in flight is no drift: a difference counts once both pipelines have ` +
		`committed all that was written before it was seen, and it is still there. Kinds: missing, extra, wrong_month, no_tombstone, extra_tombstone, wrong_level, lost_change.

A store that has lost its orders is filled from the index by --repair, beyond what Kafka still keeps; its pipelines have to run, or have run, since the loss. Paid memberships are not in the index. ` +
		`Orders that the index does not know stay counted while it knows fewer than 90 of 100.

Exit code 0 when both agree, 3 on drift that is left, or when something could not be compared. The role jobs does all this by itself, --repair included.

Example:
  sluice reconcile
  sluice reconcile --month 2026-11 --repair
  sluice reconcile --json | jq .report`
}

// Run compares and prints.
func (c *reconcileCmd) Run(ctx context.Context, p *process) (err error) {
	job, err := c.job()
	if err != nil {
		return usage(err)
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	desk, err := newLevelDesk(p, cfg, c.Data) //nolint:contextcheck // opening files is not cancelled half-way
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, desk.close()) }()
	said := newReconcilePrinter(p, c)
	settings := reconcile.Config{Rate: c.Rate, Patience: c.Patience}
	reconciling, err := newReconciler(settings, desk.site, orderFeeds{admin: desk.admin, cfg: cfg}, said)
	if err != nil {
		return err
	}
	return desk.run(ctx, "reconcile", func(ctx context.Context) error {
		if c.Watch {
			return reconciling.Watch(ctx, c.Repair)
		}
		report, err := reconciling.Run(ctx, job)
		err = errors.Join(err, said.unsaid)
		switch {
		case err != nil && report.Next > 0:
			return fmt.Errorf("%w\n  go on with: --from %d", err, report.Next)
		case err != nil:
			return err
		case !report.Clean():
			return fmt.Errorf("%w: %s", errFound, report)
		}
		return nil
	})
}

func (c *reconcileCmd) job() (reconcile.Job, error) {
	job := reconcile.Job{Repair: c.Repair, From: c.From}
	var errs []error
	if c.Month != "" {
		var err error
		if job.Month, err = schemas.ParseMonth(c.Month); err != nil {
			errs = append(errs, fmt.Errorf("--month %s: %w", c.Month, err))
		}
	}
	if c.Watch && (c.Month != "" || c.From != 0) {
		errs = append(errs, errors.New("--watch compares all months and buckets: leave out --month and --from"))
	}
	if c.Rate < 0 || c.From < 0 || c.Patience < 0 {
		errs = append(errs, errors.New("--rate, --from and --patience must not be negative"))
	}
	return job, errors.Join(errs...)
}

// How many drifts are printed of a pass, for a program and for a person; they are counted all the same.
const (
	mostDrifts = 1000
	fewDrifts  = 50
)

// reconciled is the answer of --json.
type reconciled struct {
	Clean  bool              `json:"clean"`
	Report reconcile.Report  `json:"report"`
	Drifts []reconcile.Drift `json:"drifts"` // the first thousand
}

// reconcilePrinter tells a person, or a program, what was found.
type reconcilePrinter struct {
	process *process
	json    bool
	watch   bool // what a round fails of is not said by anybody else
	data    string
	bar     *countBar
	drifts  []reconcile.Drift
	unsaid  error // of printing: a report that is cut off must not look like one
}

func newReconcilePrinter(p *process, c *reconcileCmd) *reconcilePrinter {
	return &reconcilePrinter{process: p, json: c.JSON, watch: c.Watch, data: c.Data, bar: newCountBar(p.stderr, "comparing buckets")}
}

// Looked moves the bar.
func (r *reconcilePrinter) Looked(done, of int) { r.bar.set(done, of) }

// Drifted keeps a drift for the end of the pass.
func (r *reconcilePrinter) Drifted(d reconcile.Drift) {
	if len(r.drifts) < mostDrifts {
		r.drifts = append(r.drifts, d)
	}
}

// Ended prints.
func (r *reconcilePrinter) Ended(report reconcile.Report, err error) {
	r.bar.end()
	drifts := r.drifts
	r.drifts = nil
	switch {
	case err != nil && r.watch:
		r.process.tell(nameData(err, r.data, dataAlone).Error())
		return
	case err != nil:
		return
	}
	var text bytes.Buffer
	if r.json {
		if drifts == nil {
			drifts = []reconcile.Drift{}
		}
		err = json.NewEncoder(&text).Encode(reconciled{Clean: report.Clean(), Report: report, Drifts: drifts})
	} else {
		few := drifts[:min(len(drifts), fewDrifts)]
		for _, d := range few {
			fmt.Fprintln(&text, d)
		}
		if more := report.Drifts - len(few); more > 0 {
			fmt.Fprintf(&text, "and %d more\n", more)
		}
		fmt.Fprintln(&text, report)
	}
	if err == nil {
		_, err = r.process.stdout.Write(text.Bytes())
	}
	if err == nil {
		return
	}
	r.unsaid = fmt.Errorf("printing: %w", err)
	if r.watch {
		r.process.tell(r.unsaid.Error())
	}
}
