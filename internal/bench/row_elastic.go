package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"sluice/internal/pause"
)

const (
	barSearchableP50 = 1200 // ms
	barSearchableP99 = 2000 // ms
	recordedPerSec   = 90 << 20
)

// everyPing turns coalescing off: each ping costs a write.
const everyPing = "SLUICE_GPS_COALESCE=0s"

func measureHistoryElastic(ctx context.Context, b *run, name string) error {
	return b.measureElastic(ctx, name, pipelineHistory, nil, "")
}

func measureLiveElastic(ctx context.Context, b *run, name string) error {
	return b.measureElastic(ctx, name, pipelineLive, []string{everyPing}, ", window 0")
}

func (b *run) measureElastic(ctx context.Context, name, pipeline string, env []string, note string) error {
	if err := b.fill(ctx); err != nil {
		return err
	}
	bodies, err := b.record(ctx, pipeline, append(env, noAgeLimit))
	if err != nil {
		return err
	}
	if err := b.warmElastic(ctx, bodies); err != nil {
		return err
	}
	env = append(env, noAgeLimit, "SLUICE_ELASTIC_URLS="+b.cfg.Elastic)
	var rates, limits, cpus, peaks []float64
	for range b.cfg.Runs {
		if err := b.setup(ctx, b.backlog); err != nil {
			return err
		}
		limit, err := b.bareLoader(ctx, bodies, b.cfg.For)
		if err != nil {
			return err
		}
		if err := b.setup(ctx, b.backlog); err != nil {
			return err
		}
		d, err := b.steady(ctx, name, pipeline, env)
		if err != nil {
			return err
		}
		rates, limits = append(rates, d.rate), append(limits, limit.Rate())
		cpus, peaks = append(cpus, d.cpu), append(peaks, d.peak)
	}
	b.best[name] = median(rates)
	b.add(
		beside(name, "rate", rates, limits, unitRate, "bare loader", barElastic).noted("no age limit"+note),
		plain(name, "cpu", median(cpus), unitCPU),
		plain(name, "peak memory", median(peaks), unitBytes),
	)
	if err := b.setup(ctx, b.backlog); err != nil {
		return err
	}
	return b.freshness(ctx, name, pipeline, b.best[name]/2)
}

// record keeps the bodies that the product sends for the backlog, enough for one measurement.
func (b *run) record(ctx context.Context, pipeline string, env []string) (file string, err error) {
	b.watch.Began("recording the bodies of " + pipeline)
	file = filepath.Join(b.scratch, pipeline+".bodies")
	limit := int64(b.cfg.For.Seconds()) * recordedPerSec
	sink, err := b.startNull(ctx, "--record", file, "--record-bytes", strconv.FormatInt(limit, 10))
	if err != nil {
		return "", err
	}
	defer sink.end(&err)
	defer func() { err = errors.Join(err, b.kafka.ForgetGroups(b.cfg.Prefix)) }()
	p, err := b.start(ctx, "pipelines", pipeline, b.backlog.with(sink.env(env...)...))
	if err != nil {
		return "", err
	}
	defer p.end(&err)
	for {
		got, err := sink.stats(ctx)
		if err != nil {
			return "", err
		}
		if got.Bytes >= limit || got.Items >= b.cfg.Records {
			return file, nil
		}
		if err := errors.Join(p.child.Err(), pause.For(ctx, 10*pollEvery)); err != nil {
			return "", err
		}
		b.watch.Progress(got.Bytes, limit)
	}
}

// warmElastic loads once without counting, so that the first row does not pay for a cold server.
func (b *run) warmElastic(ctx context.Context, bodies string) error {
	if err := b.setup(ctx, b.backlog); err != nil {
		return err
	}
	_, err := b.bareLoader(ctx, bodies, max(b.cfg.For/2, warmUp+time.Second))
	return err
}

// freshness measures event -> stored and event -> searchable of a pipeline as it is
// shipped, at a steady rate.
func (b *run) freshness(ctx context.Context, name, pipeline string, rate float64) error {
	s := b.space(name)
	if err := b.prepare(ctx, s); err != nil {
		return err
	}
	probes := b.newProber(s, pipeline)
	d, err := b.under(ctx, load{
		what: pipeline + " at half of the maximum", space: s, rate: rate, probeEvery: probeEvery, probed: probes.sent,
		pipeline: pipeline, env: []string{"SLUICE_ELASTIC_URLS=" + b.cfg.Elastic}, profile: name + "-half",
	}, func(ctx context.Context) error { return probes.count(ctx, b.cfg.For) })
	if err != nil {
		return err
	}
	at := fmt.Sprintf("at %.0f k/s, %d probes", rate/1000, probes.searchable.TotalCount())
	b.add(
		plain(name, "event to stored p50", float64(probes.stored.ValueAtQuantile(50)), unitMS).noted(at),
		plain(name, "event to stored p99", float64(probes.stored.ValueAtQuantile(99)), unitMS).noted(at),
		ceiling(name, "event to searchable p50", float64(probes.searchable.ValueAtQuantile(50)), unitMS, barSearchableP50).noted(at),
		ceiling(name, "event to searchable p99", float64(probes.searchable.ValueAtQuantile(99)), unitMS, barSearchableP99).noted(at),
		plain(name, "cpu at half", d.cpu, unitCPU),
		plain(name, "peak memory at half", d.peak, unitBytes),
	)
	return b.setup(ctx, s)
}
