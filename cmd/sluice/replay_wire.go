package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/internal/datadir"
	"sluice/internal/kafka"
	"sluice/internal/replay"
	"sluice/internal/requeue"
	"sluice/internal/telemetry"
	"sluice/pipelines"
)

// replayer is one process's share of a replay.
type replayer struct {
	cmd     *replayCmd
	process *process
	cfg     *config
	log     *zap.Logger
	reg     *prometheus.Registry
	group   string

	site    *site
	admin   *kafka.Admin
	scanner *kafka.Scanner
	kept    func() uint64 // how many of the dead are letters that were kept already
	closers []func() error
}

// newReplayer opens what a replay needs; what it has opened it closes again when it fails.
func newReplayer(p *process, cfg *config, c *replayCmd) (_ *replayer, err error) {
	r := &replayer{cmd: c, process: p, cfg: cfg, group: cfg.Topic.Prefix + "sluice-replay-" + c.Name}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	if r.log, err = telemetry.NewLogger(cfg.log(), p.stderr); err != nil {
		return nil, usage(err)
	}
	p.limitMemory(cfg.Memory)
	if r.reg, err = telemetry.NewRegistry(buildOf()); err != nil {
		return nil, err
	}
	if c.Data != "" { // before the clients: it tells cfg the broker's address
		if err = datadir.Check(c.Data); err != nil { // a misspelt one is not to be made
			return nil, usage(err)
		}
		if r.site, err = embeddedSite(cfg, r.reg, r.log); err != nil {
			return nil, err
		}
		r.closers = append(r.closers, func() error { return closeAll(r.site.closers) })
	}
	if r.admin, err = kafka.NewAdmin(cfg.kafka()); err != nil {
		return nil, usage(err)
	}
	r.closers = append(r.closers, r.admin.Close)
	if r.scanner, err = kafka.NewScanner(cfg.kafka()); err != nil {
		return nil, usage(err)
	}
	r.closers = append(r.closers, r.scanner.Close)
	return r, nil
}

func (r *replayer) close() error { return closeAll(r.closers) }

// carrier builds the pipeline on the store.
func (r *replayer) carrier(ctx context.Context, job replay.Job) (carrier, *telemetry.Pipeline, error) {
	store, err := telemetry.NewStore(job.Pipeline, nil, r.reg, r.log)
	if err != nil {
		return nil, nil, err
	}
	of := r.cfg.chosen([]string{job.Pipeline})[0]
	sink, closer, err := r.site.sinkOf(of, store)
	if err != nil {
		return nil, nil, err
	}
	r.closers = append(r.closers, closer)
	letters, err := kafka.NewPublisher(r.cfg.kafka(), r.cfg.deadPublisher())
	if err != nil {
		return nil, nil, usage(err)
	}
	r.closers = append(r.closers, letters.Close)
	dead, err := kafka.NewDeadLetters(letters, job.Pipeline)
	if err != nil {
		return nil, nil, err
	}
	once, err := requeue.NewOnce(ctx, (&deadBoxes{scanner: r.scanner}).box(job.Pipeline), newNewLetters(dead, r.log))
	if err != nil {
		return nil, nil, err
	}
	observer, err := telemetry.NewPipeline(telemetry.PipelineConfig{Name: job.Pipeline, DeadQuiet: true}, r.reg, r.log)
	if err != nil {
		return nil, nil, err
	}
	cfg := *r.cfg
	if job.AsOf == asOfOff {
		cfg.GPS.MaxAge, cfg.GPS.HistoryMaxAge = 0, 0
	}
	r.kept = once.Again
	deps := pipelineDeps{cfg: &cfg, sink: sink, dead: once, obs: observer, rules: r.site.members.rules, asOfRecord: job.AsOf == asOfRecord}
	carrying, err := of.build(deps)
	if err != nil {
		return nil, nil, usage(err)
	}
	return carrying, observer, nil
}

// How ages may be judged.
const (
	asOfRecord = "record"
	asOfOff    = "off"
)

// bounded is the replay's group.
func (r *replayer) bounded(plan *replay.Plan, obs replay.Observer, gaps *replayGaps) (*replay.Group, error) {
	notes, err := plan.Notes()
	if err != nil {
		return nil, err
	}
	cfg := r.cfg.group()
	cfg.InstanceID, cfg.Notes = "", notes // several processes may share a replay, with one configuration
	inner, err := kafka.NewGroup(r.cfg.kafka(), r.group, plan.Job.Topic, cfg, gaps)
	if err != nil {
		return nil, usage(err)
	}
	group, err := replay.NewGroup(plan, inner, r.cmd.Rate, obs)
	if err != nil {
		return nil, usage(err)
	}
	return group, nil
}

// replayGaps is told what a group could not read, and remembers it.
type replayGaps struct {
	log *zap.Logger

	mu   sync.Mutex
	gaps []string
}

// GroupFailed writes a line.
func (g *replayGaps) GroupFailed(err error) { g.log.Warn("group", zap.Error(err)) }

// GroupGap remembers records that were gone before they were read.
func (g *replayGaps) GroupGap(part pipelines.Partition, from, to int64, why string) {
	g.add(fmt.Sprintf("%v: offsets %d to %d were gone before they were read: %s", part, from, to-1, why))
}

// GroupSkipped remembers records that cannot be read.
func (g *replayGaps) GroupSkipped(part pipelines.Partition, from, to int64, reason string, err error) {
	g.add(fmt.Sprintf("%v: offsets %d to %d cannot be read: %s: %v", part, from, to-1, reason, err))
}

func (g *replayGaps) add(gap string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gaps = append(g.gaps, gap)
}

func (g *replayGaps) all() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.gaps...)
}
