package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"

	"sluice/internal/bench/proc"
	"sluice/internal/pause"
)

// simulated is what a load says of itself.
type simulated struct {
	Due     int64   `json:"due"`
	Skipped int64   `json:"skipped"`
	Acked   int64   `json:"acked"`
	Rate    float64 `json:"rate"`
	Latency struct {
		P50 float64 `json:"p50"`
		P99 float64 `json:"p99"`
	} `json:"latency"`
	Cost struct {
		PerMillion float64 `json:"perMillion"`
		PerCore    float64 `json:"perCore"`
		PeakBytes  int64   `json:"peakBytes"`
	} `json:"cost"`
}

// flows measures one process under a long load: what it takes, what it costs, how soon a
// search sees a ping, and how soon a question is answered meanwhile.
func (e *embedded) flows(ctx context.Context) (err error) {
	r, err := e.up(ctx)
	if err != nil {
		return err
	}
	defer r.end(&err)
	e.watch.Began(fmt.Sprintf("%d pings/s for %s", e.cfg.Rate, e.cfg.For))
	var said simulated
	var fresh, nearby *hdrhistogram.Histogram
	group, limited := errgroup.WithContext(ctx)
	group.Go(func() (err error) { said, err = e.simulate(limited, r, e.cfg.Rate, e.cfg.For); return err })
	// Drivers have all reported after a fifth of the load; then questions and probes take turns, so that neither
	// is measured with the other's load.
	turn := e.cfg.For * 2 / 5
	after := func(delay time.Duration, work func() error) func() error {
		return func() error { return errors.Join(pause.For(limited, delay), work()) }
	}
	group.Go(after(e.cfg.For/5, func() (err error) {
		a := &asker{http: e.http, url: "http://" + r.public, rnd: rand.New(rand.NewPCG(1, 1))} // places, not secrets
		nearby, err = openLoop(limited, embeddedAskers, embeddedAsks, turn, a.ask)
		return err
	}))
	group.Go(after(e.cfg.For/5+turn, func() (err error) {
		p := &place{http: e.http, url: "http://" + r.public}
		fresh, err = openLoop(limited, embeddedProbers, embeddedProbes, turn, p.appears)
		return err
	}))
	profiled := e.profile(limited, r)
	if err := errors.Join(group.Wait(), <-profiled); err != nil {
		return err
	}
	used, err := r.child.Usage()
	if err != nil {
		return err
	}
	at := fmt.Sprintf("%.0f s", e.cfg.For.Seconds())
	e.add(
		floor("flow", "accepted", said.Rate, unitRate, barEmbeddedRate).noted(at),
		plain("flow", "skipped by the sender", float64(said.Skipped), ""),
		ceiling("flow", "peak memory", mebibytes(used.Peak), unitBytes, barEmbeddedMemory),
		plain("flow", "cpu, all in one process", used.CPU.Seconds()/float64(said.Acked)*1e6, unitCPU),
		plain("flow", "event to searchable p50", micros(fresh, 50), unitMS),
		ceiling("flow", "event to searchable p99", micros(fresh, 99), unitMS, barEmbeddedFresh),
		plain("flow", "nearby p50", micros(nearby, 50), unitMS),
		ceiling("flow", "nearby p99", micros(nearby, 99), unitMS, barEmbeddedNearby),
	)
	return e.drains(ctx, r)
}

// drains waits until both pipelines have settled all that was sent, and holds the equation.
func (e *embedded) drains(ctx context.Context, r *resident) error {
	begin := time.Now()
	for _, pipeline := range []string{pipelineHistory, pipelineLive} {
		r.pipeline = pipeline
		if _, err := r.until(ctx, pollEvery, embeddedDrainsIn, func(c counts) bool { return c.settled == c.consumed }); err != nil {
			return err
		}
	}
	e.add(plain("flow", "settled after the end", milliseconds(time.Since(begin)), unitMS))
	return nil
}

// sends measures what the sender itself can do on one core.
func (e *embedded) sends(ctx context.Context) (err error) {
	r, err := e.up(ctx)
	if err != nil {
		return err
	}
	defer r.end(&err)
	e.watch.Began(fmt.Sprintf("%d pings/s for %s", e.cfg.Fast, fastLoadLasts))
	said, err := e.simulate(ctx, r, e.cfg.Fast, fastLoadLasts, "GOMAXPROCS=1")
	if err != nil {
		return err
	}
	e.add(
		floor("simulate", "on one core", said.Rate, unitRate, barSimulate),
		plain("simulate", "own cpu", said.Cost.PerMillion, unitCPU),
		plain("simulate", "own peak memory", mebibytes(said.Cost.PeakBytes), unitBytes),
		plain("simulate", "due to answered p99", said.Latency.P99, unitMS),
	)
	return nil
}

// simulate sends a load from a process of its own.
func (e *embedded) simulate(ctx context.Context, r *resident, rate int, span time.Duration, env ...string) (simulated, error) {
	said := simulated{}
	out, err := os.CreateTemp(e.scratch, "summary-")
	if err != nil {
		return said, fmt.Errorf("making a file for the summary: %w", err)
	}
	err = proc.Run(ctx, proc.Command{Path: e.cfg.Binary, Stdout: out, Env: append(env, "SLUICE_KAFKA_BROKERS="+r.kafka), Args: []string{
		"simulate", "--drivers", strconv.Itoa(e.cfg.Drivers), "--rate", strconv.Itoa(rate), "--for", span.String(), "--json",
		"--to", "http://" + r.public, "--ledger", filepath.Join(e.scratch, "load-"+strconv.Itoa(rate)+".ledger"),
	}})
	if err := errors.Join(err, out.Close()); err != nil {
		return said, err
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		return said, fmt.Errorf("reading the summary: %w", err)
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return said, fmt.Errorf("reading the summary: %w", err)
	}
	return said, nil
}

// profile keeps a CPU profile from the midst of the load, when one is wanted.
func (e *embedded) profile(ctx context.Context, r *resident) <-chan error {
	done := make(chan error, 1)
	if e.cfg.Profile == "" {
		done <- nil
		return done
	}
	go func() {
		err := pause.For(ctx, e.cfg.For/2)
		if err == nil {
			url := fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", r.product.ops, int(embeddedProfileSpan.Seconds()))
			err = download(ctx, e.http, url, filepath.Join(e.cfg.Profile, "embedded.pprof"))
		}
		done <- err
	}()
	return done
}
