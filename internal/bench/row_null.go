package bench

import (
	"context"
	"fmt"

	"sluice/internal/bench/proc"
	"sluice/internal/pause"
)

// The bars of issue's table, as ratios and ceilings.
const (
	barNull    = 0.5  // of the bare group consumer
	barCPU     = 0.8  // s per million
	barMemory  = 350  // MiB
	barElastic = 0.85 // of the bare loader
)

// nullFlow is the rate at which the age of a stored ping is measured behind a null sink:
// half of the measured maximum, but no more than leaves the producer its share of the cores.
const nullFlow = 200_000.0

func measureHistoryNull(ctx context.Context, b *run, name string) error {
	return b.measureNull(ctx, name, pipelineHistory, false, barMemory)
}

func measureLiveNull(ctx context.Context, b *run, name string) error {
	return b.measureNull(ctx, name, pipelineLive, true, 0)
}

func (b *run) measureNull(ctx context.Context, name, pipeline string, byReading bool, memory float64) (err error) {
	if err := b.fill(ctx); err != nil {
		return err
	}
	sink, err := b.startNull(ctx)
	if err != nil {
		return err
	}
	defer sink.end(&err)
	var rates, limits, cpus, peaks []float64
	var bareCPU []float64
	var used proc.Usage // of the null bulk server, in all runs
	for i := range b.cfg.Runs {
		bare, err := b.bareConsumer(ctx, i)
		if err != nil {
			return err
		}
		if err := sink.reset(ctx); err != nil {
			return err
		}
		d, err := b.drain(ctx, name, pipeline, byReading, sink.env(noAgeLimit))
		if err != nil {
			return err
		}
		if err := b.complete(ctx, sink, byReading); err != nil {
			return err
		}
		rates, limits = append(rates, d.rate), append(limits, bare.Rate())
		cpus, peaks = append(cpus, d.cpu), append(peaks, d.peak)
		bareCPU = append(bareCPU, bare.CPU.Seconds()/float64(bare.Records)*1e6)
		if used, err = sink.child.Usage(); err != nil {
			return err
		}
	}
	b.best[name] = median(rates)
	b.add(beside(name, "rate", rates, limits, unitRate, "bare consumer", barNull).noted("no age limit"))
	cpu := ceiling(name, "cpu", median(cpus), unitCPU, barCPU)
	cpu.Limit, cpu.LimitOf = median(bareCPU), "bare consumer"
	b.add(cpu)
	if memory > 0 {
		b.add(ceiling(name, "peak memory", median(peaks), unitBytes, memory))
	} else {
		b.add(plain(name, "peak memory", median(peaks), unitBytes))
	}
	b.add(plain(name, "cpu of the null server", used.CPU.Seconds()/float64(b.cfg.Records)/float64(b.cfg.Runs)*1e6, unitCPU))
	return b.nullFreshness(ctx, name, pipeline, sink)
}

// complete checks that a drain without coalescing wrote each record.
func (b *run) complete(ctx context.Context, sink *nullSink, coalesced bool) error {
	got, err := sink.stats(ctx)
	if err != nil {
		return err
	}
	if got.Items < b.cfg.Records && !coalesced || got.Items == 0 {
		return fmt.Errorf("the null bulk server saw %d of %d documents", got.Items, b.cfg.Records)
	}
	return nil
}

// nullFreshness measures event -> stored on arrival in the null sink, under a steady load.
func (b *run) nullFreshness(ctx context.Context, name, pipeline string, sink *nullSink) error {
	rate := min(b.best[name]/2, nullFlow)
	s := b.space(name)
	if err := b.kafka.CreateTopic(ctx, s.topic(), int32(b.cfg.Partitions)); err != nil {
		return err
	}
	_, err := b.under(ctx, load{
		what: pipeline + " under a steady load", space: s, rate: rate, probeEvery: probeEvery,
		pipeline: pipeline, env: sink.env(),
		warmed: sink.reset,
	}, func(ctx context.Context) error { return pause.For(ctx, b.cfg.For/2) })
	if err != nil {
		return err
	}
	got, err := sink.stats(ctx)
	if err != nil {
		return err
	}
	if got.Probes == 0 {
		return fmt.Errorf("no probe arrived at %.0f pings/s", rate)
	}
	at := fmt.Sprintf("at %.0f k/s", rate/1000)
	b.add(plain(name, "event to stored p50", got.P50, unitMS).noted(at), plain(name, "event to stored p99", got.P99, unitMS).noted(at))
	return nil
}
