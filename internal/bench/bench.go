package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"sluice/internal/bench/bare"
	"sluice/internal/bench/fleet"
)

// Report is all that a run measured.
type Report struct {
	Machine Machine `json:"machine"`
	Config  Setting `json:"config"`
	Lines   []Line  `json:"lines"`
}

// Setting is what a reader needs to repeat the run.
type Setting struct {
	Records    int64         `json:"records"`
	Drivers    int           `json:"drivers"`
	Events     int64         `json:"events,omitempty"`  // of orders
	Members    int           `json:"members,omitempty"` // who have them at any one time
	Partitions int           `json:"partitions"`
	Runs       int           `json:"runs"`
	For        time.Duration `json:"forNs"`
	Seed       uint64        `json:"seed"`
}

// Passed reports whether every bar was met.
func (r *Report) Passed() bool {
	return !slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Pass != nil && !*l.Pass })
}

// run is one run in progress.
type run struct {
	cfg     Config
	watch   Watcher
	kafka   *bare.Cluster
	http    *http.Client
	elastic *elastic // nil without one
	scratch string   // a directory for recordings
	backlog space    // the filled topic
	filled  bool
	lines   []Line
	best    map[string]float64 // the highest rate of a row so far, records/s
}

// Run measures the rows asked for. A row that fails does not keep the others from
// running: the report holds what was measured, the error what was not.
func Run(ctx context.Context, cfg Config, watch Watcher) (*Report, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configuring the bench: %w", err)
	}
	cfg.applyDefaults()
	b := &run{cfg: cfg, watch: watch, http: newHTTP(), best: map[string]float64{}}
	if err := b.open(); err != nil {
		return nil, err
	}
	report := &Report{Config: Setting{
		Records: cfg.Records, Drivers: cfg.Drivers, Partitions: cfg.Partitions, Runs: cfg.Runs, For: cfg.For, Seed: cfg.Seed,
	}}
	var err error
	if report.Machine, err = b.machine(ctx); err == nil {
		err = b.measure(ctx)
	}
	report.Lines = b.lines
	// What was made is removed even after an interrupt.
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return report, errors.Join(err, b.close(clean))
}

func (b *run) open() error {
	var err error
	if b.scratch, err = os.MkdirTemp("", "sluice-bench-"); err != nil {
		return fmt.Errorf("making a directory for recordings: %w", err)
	}
	if b.kafka, err = bare.Open(b.cfg.Brokers); err != nil {
		return errors.Join(err, os.RemoveAll(b.scratch))
	}
	if b.cfg.Elastic != "" {
		b.elastic = newElastic(b.cfg.Elastic, b.http)
	}
	b.backlog = b.space("backlog")
	return nil
}

// newHTTP speaks to the processes and servers of a run, all on few connections.
func newHTTP() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: time.Minute}
}

func (b *run) close(ctx context.Context) error {
	defer b.http.CloseIdleConnections()
	errs := []error{b.kafka.Forget(b.cfg.Prefix), b.kafka.Close(), os.RemoveAll(b.scratch)}
	if b.elastic != nil {
		errs = append(errs, b.elastic.forget(ctx, b.cfg.Prefix))
	}
	return errors.Join(errs...)
}

func (b *run) measure(ctx context.Context) error {
	var complaints []error
	for _, r := range rows() {
		if len(b.cfg.Only) > 0 && !slices.Contains(b.cfg.Only, r.name) || r.elastic && b.elastic == nil {
			continue
		}
		if err := r.measure(ctx, b, r.name); err != nil {
			complaints = append(complaints, fmt.Errorf("row %s: %w", r.name, err))
		}
		if ctx.Err() != nil {
			return errors.Join(append(complaints, context.Cause(ctx))...)
		}
	}
	return errors.Join(complaints...)
}

// add keeps results and tells of them.
func (b *run) add(lines ...Line) {
	for _, l := range lines {
		b.lines = append(b.lines, l)
		b.watch.Measured(l)
	}
}

// fill makes the backlog, once.
func (b *run) fill(ctx context.Context) error {
	if b.filled {
		return nil
	}
	if err := b.kafka.CreateTopic(ctx, b.backlog.topic(), int32(b.cfg.Partitions)); err != nil {
		return err
	}
	b.watch.Began(fmt.Sprintf("filling a topic with %d pings", b.cfg.Records))
	wrote, err := b.kafka.Fill(ctx, bare.FillConfig{
		Topic: b.backlog.topic(), Partitions: b.cfg.Partitions, Records: b.cfg.Records,
		Fleet: fleet.New(b.cfg.Drivers, b.cfg.Seed), Until: time.Now(),
		Told: func(n int64) { b.watch.Progress(n, b.cfg.Records) },
	})
	if err != nil {
		return fmt.Errorf("filling the topic: %w", err)
	}
	b.cfg.Records, b.filled = wrote, true // less what the partitions cannot share evenly
	return nil
}
