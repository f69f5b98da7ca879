package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"sluice/internal/bench/proc"
)

// EmbeddedConfig is a run on the embedded default: one process with all in it, and a load
// from another.
type EmbeddedConfig struct {
	Binary  string        // the sluice to be measured, which also sends the load; required
	Scratch string        // an existing directory for the data, removed afterwards; "" = the system's for temporary files
	Drivers int           // 0 = 100,000
	Rate    int           // pings/s of the long load; 0 = 33,000
	Fast    int           // pings/s of the short load that shows what the sender itself can do; 0 = 70,000
	For     time.Duration // of the long load; 0 = 5 min
	Profile string        // directory for a CPU profile of the process; "" = none
}

// The bars of the embedded default, on two cores.
const (
	barEmbeddedRate     = 30_000 // pings/s
	barEmbeddedMemory   = 600    // MiB
	barEmbeddedFresh    = 1500   // ms, p99
	barEmbeddedNearby   = 5      // ms, p99
	barEmbeddedStart    = 2000   // ms
	barSimulate         = 60_000 // pings/s
	fastLoadLasts       = 20 * time.Second
	startsMeasured      = 5
	embeddedAsks        = 50.0 // nearby questions a second
	embeddedProbes      = 5.0  // probes a second
	embeddedDrainsIn    = time.Minute
	embeddedAskers      = 4
	embeddedProbers     = 16
	embeddedProfileSpan = 20 * time.Second
)

func (c *EmbeddedConfig) applyDefaults() {
	setDefault(&c.Drivers, 100_000)
	setDefault(&c.Rate, 33_000)
	setDefault(&c.Fast, 70_000)
	setDefault(&c.For, 5*time.Minute)
}

// Validate reports every complaint at once.
func (c *EmbeddedConfig) Validate() error {
	full := *c
	full.applyDefaults()
	var complaints []error
	if c.Binary == "" {
		complaints = append(complaints, errors.New("the binary to be measured is required"))
	}
	if full.Drivers < 1000 {
		complaints = append(complaints, fmt.Errorf("drivers is %d, must be at least 1000", c.Drivers))
	}
	if full.Rate < 1 || full.Fast < 1 {
		complaints = append(complaints, errors.New("rates must be above 0"))
	}
	if full.For < 10*time.Second {
		complaints = append(complaints, fmt.Errorf("for is %s, must be at least 10 s", c.For))
	}
	return errors.Join(complaints...)
}

// embedded is one run in progress.
type embedded struct {
	cfg     EmbeddedConfig
	watch   Watcher
	http    *http.Client
	scratch string
	data    string // the data directory
	lines   []Line
}

// RunEmbedded measures the embedded default. The report holds what was measured, the error what was not.
func RunEmbedded(ctx context.Context, cfg EmbeddedConfig, watch Watcher) (_ *Report, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configuring the bench: %w", err)
	}
	cfg.applyDefaults()
	e := &embedded{cfg: cfg, watch: watch, http: newHTTP()}
	defer e.http.CloseIdleConnections()
	if e.scratch, err = os.MkdirTemp(cfg.Scratch, "sluice-bench-"); err != nil {
		return nil, fmt.Errorf("making a directory for the data: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(e.scratch)) }()
	e.data = filepath.Join(e.scratch, "data")
	report := &Report{Config: Setting{Drivers: cfg.Drivers, Partitions: 8, Runs: 1, For: cfg.For}}
	if report.Machine, err = host(ctx); err != nil {
		return nil, err
	}
	report.Machine.Kafka = "in the process"
	for _, measure := range []func(context.Context) error{e.starts, e.flows, e.sends} {
		if err = errors.Join(err, measure(ctx)); ctx.Err() != nil {
			break
		}
	}
	report.Lines = e.lines
	return report, err
}

func (e *embedded) add(lines ...Line) {
	for _, l := range lines {
		e.lines = append(e.lines, l)
		e.watch.Measured(l)
	}
}

// up starts the process on the data directory and waits until it is ready.
func (e *embedded) up(ctx context.Context) (*resident, error) {
	r := &resident{}
	addresses := []*string{&r.public, &r.kafka, &r.ops}
	for _, address := range addresses {
		var err error
		if *address, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	child, err := proc.Start(ctx, proc.Command{Path: e.cfg.Binary, Args: []string{
		"up", "--data", e.data, "--http", r.public, "--kafka", r.kafka, "--ops", r.ops,
	}})
	if err != nil {
		return nil, err
	}
	r.product = &product{child: child, http: e.http, ops: "http://" + r.ops}
	if err := r.ready(ctx); err != nil {
		r.end(&err)
		return nil, err
	}
	return r, nil
}

// resident is the one process of the embedded default.
type resident struct {
	*product
	public, kafka, ops string // addresses
}

// starts measures from the start of the process until it is ready: on a new directory once,
// then on what is there.
func (e *embedded) starts(ctx context.Context) error {
	e.watch.Began("starting, and stopping")
	var took, stopped []float64
	for range startsMeasured {
		begin := time.Now()
		r, err := e.up(ctx)
		if err != nil {
			return err
		}
		took = append(took, milliseconds(time.Since(begin)))
		begin = time.Now()
		if err := r.child.Stop(); err != nil {
			return err
		}
		stopped = append(stopped, milliseconds(time.Since(begin)))
	}
	e.add(ceiling("start", "until ready", median(took), unitMS, barEmbeddedStart), plain("start", "until stopped", median(stopped), unitMS))
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
