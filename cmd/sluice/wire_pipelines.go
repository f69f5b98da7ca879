package main

import (
	"context"
	"fmt"

	"sluice/internal/kafka"
	"sluice/internal/opshttp"
	"sluice/internal/probe"
	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/schemas"
)

// addPipelines adds the pipelines of those names, and what they need as a set.
func (a *app) addPipelines(names []string) error {
	letters, err := kafka.NewPublisher(a.cfg.kafka(), a.cfg.deadPublisher())
	if err != nil {
		return usage(fmt.Errorf("making the publisher of dead letters: %w", err))
	}
	a.closers = append(a.closers, letters.Close)
	before := a.beforePipelines(a.cfg.chosen(names))
	for _, s := range a.cfg.chosen(names) {
		if err := a.addPipeline(s, letters, before[s.kind]); err != nil {
			return fmt.Errorf("pipeline %s: %w", s.name, err)
		}
	}
	if first := before[documents]; a.cfg.GPS.KeepDays > 0 && first != nil {
		keeper := &retention{retain: a.site.retain, family: pingsFamily, keepDays: a.cfg.GPS.KeepDays, log: a.log}
		a.group.add("retention", first.guard(keeper.run))
	}
	return nil
}

// beforePipelines are what must be there before those of each kind may begin. A store that is away holds back only
// the pipelines that write to it.
func (a *app) beforePipelines(all []spec) map[storeKind]*precondition {
	topics := map[storeKind][]string{}
	for _, s := range all {
		topics[s.kind] = append(topics[s.kind], s.topic, schemas.DeadTopic(s.name))
	}
	before := map[storeKind]*precondition{}
	if len(topics[documents]) > 0 {
		before[documents] = a.precondition(rolePipelines, a.topicsAre(topics[documents]), a.site.check)
	}
	if len(topics[services]) > 0 {
		before[services] = a.precondition(rolePipelines+" of webhooks", a.topicsAre(topics[services]))
	}
	if len(topics[levels]) > 0 {
		needs := append(topics[levels], schemas.TopicEpochs)
		before[levels] = a.precondition(rolePipelines+" of levels", a.topicsAre(needs), a.site.members.check)
	}
	return before
}

// addPipeline adds one pipeline with its group, sink, prober and observers.
func (a *app) addPipeline(s spec, letters *kafka.Publisher, before *precondition) error {
	store, err := telemetry.NewStore(s.name, a.spans, a.reg, a.log)
	if err != nil {
		return err
	}
	sampled, err := a.addProber(s, store, before)
	if err != nil {
		return err
	}
	observer, err := telemetry.NewPipeline(telemetry.PipelineConfig{Name: s.name, Sampled: sampled}, a.reg, a.log)
	if err != nil {
		return err
	}
	sink, closer, err := a.site.sinkOf(s, store)
	if err != nil {
		return err
	}
	a.closers = append(a.closers, closer)
	dead, err := kafka.NewDeadLetters(letters, s.name)
	if err != nil {
		return err
	}
	carrying, err := s.build(pipelineDeps{
		cfg: a.cfg, sink: a.cfg.failpoints.Sink(sink), dead: a.cfg.failpoints.DeadLetters(dead),
		obs: a.cfg.failpoints.Observer(a.spans.Pipeline(s.name, observer)), rules: a.site.members.rules,
	})
	if err != nil {
		return usage(err)
	}
	group, err := a.newGroup(s)
	if err != nil {
		return err
	}
	a.pipelines = append(a.pipelines, observer)
	a.checks = append(a.checks, opshttp.Check{Name: s.name, Ready: group.Ready})
	serving, err := a.decorate(s, group)
	if err != nil {
		return err
	}
	a.group.add(s.name, before.guard(func(ctx context.Context) error { return carrying.Run(ctx, a.cfg.failpoints.Group(serving)) }))
	return nil
}

// decorate gives a group what its store needs: the one of member levels is watched for losses.
func (a *app) decorate(s spec, group pipelines.Group) (pipelines.Group, error) {
	if s.kind != levels {
		return group, nil
	}
	rewinding, err := a.rewinder()
	if err != nil {
		return nil, err
	}
	return rewinding.Group(group), nil
}

func (a *app) newGroup(s spec) (*kafka.Group, error) {
	observer, err := telemetry.NewGroup(s.name, a.reg, a.log)
	if err != nil {
		return nil, err
	}
	group, err := kafka.NewGroup(a.cfg.kafka(), a.cfg.groupID(s.name), s.topic, a.cfg.group(), observer)
	if err != nil {
		return nil, usage(err)
	}
	return group, nil
}

// addProber measures how late a search sees what was stored; nil when it is switched off.
func (a *app) addProber(s spec, store *telemetry.Store, before *precondition) (func(pipelines.Write), error) {
	if a.cfg.Pipeline.ProbeInterval == 0 || s.kind != documents {
		return nil, nil //nolint:nilnil // nobody asks for samples
	}
	prober, err := probe.New(probe.Config{Interval: a.cfg.Pipeline.ProbeInterval}, a.site.probes, store)
	if err != nil {
		return nil, usage(err)
	}
	a.group.add(s.name+" prober", before.guard(prober.Run))
	return prober.Offer, nil
}
