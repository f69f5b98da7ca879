package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"sluice/internal/jobs"
	"sluice/internal/kafka"
	"sluice/internal/query"
	"sluice/internal/reconcile"
	"sluice/internal/relay"
	"sluice/internal/rewind"
	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/pipelines/orders"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/redis"
)

// levelStore is where member levels are kept, as each of its users sees it.
type levelStore interface {
	pipelines.Sink
	rewind.Store
	relay.Outbox
	jobs.Levels
	jobs.Coupons
	jobs.Members
	query.Members
	reconcile.Levels
	ruledLevels
	Ready(ctx context.Context) error
}

// members is a site's store of member levels, and what is measured of it.
type members struct {
	levelStore
	rules     *rules.Rules
	telemetry *telemetry.Levels
	relaying  *relaying                       // of what it announces, in this process
	check     func(ctx context.Context) error // the store is set as it must be; wraps errUnfit when waiting cannot help
	close     func() error
}

// levelsObserver tells telemetry, which knows no store, what happens to one.
type levelsObserver struct{ *telemetry.Levels }

// Applied hands on one batch.
func (o levelsObserver) Applied(a redis.Applied) {
	o.Levels.Applied(a.Calls, a.Events, a.Announced, a.Took)
}

// Rewound hands on a loss, or that a new store begins.
func (o levelsObserver) Rewound(r rewind.Report) {
	if r.Unborn == r.Buckets && !r.Replays() && !r.Short() {
		o.Begun(r.String())
		return
	}
	o.Lost(r.Part, max(r.To-r.From, 0), max(r.MissingTo-r.Missing, 0), r.String())
}

// Replayed hands on that a loss is mended.
func (o levelsObserver) Replayed(r rewind.Report, took time.Duration) {
	o.Levels.Replayed(r.String(), took)
}

// feeds are the partitions that member levels are made of.
type feeds struct {
	admin *kafka.Admin
	cfg   *config
}

// Feeds asks for those of both topics.
func (f feeds) Feeds(ctx context.Context) ([]pipelines.Feed, error) {
	var all []pipelines.Feed
	for _, s := range specs() {
		if s.kind != levels {
			continue
		}
		found, err := f.admin.Feeds(ctx, f.cfg.groupID(s.name), s.topic)
		if err != nil {
			return nil, fmt.Errorf("asking where %s stands: %w", s.name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// rewinder looks after what the store of member levels may lose; one for all pipelines of the process.
func (a *app) rewinder() (*rewind.Rewinder, error) {
	if a.rewinding != nil {
		return a.rewinding, nil
	}
	numbers, err := kafka.NewNumbers(a.cfg.kafka(), schemas.TopicEpochs)
	if err != nil {
		return nil, usage(err)
	}
	a.closers = append(a.closers, numbers.Close)
	a.rewinding, err = rewind.New(rewind.Config{}, rewind.Deps{
		Store: a.site.members, Epochs: numbers, Feeds: feeds{admin: a.admin, cfg: a.cfg}, Observer: levelsObserver{a.site.members.telemetry},
	})
	return a.rewinding, err
}

// levelSpecs are the pipelines that make member levels. A partition's batches go to the store one after the
// other: the store takes a partition's events in their order, or none.
func levelSpecs() []spec {
	return []spec{
		{name: orders.Levels, topic: schemas.TopicOrders, kind: levels, build: func(d pipelineDeps) (carrier, error) {
			return pipelines.New(d.inOrder(orders.Levels), orders.NewLevels(d.cfg.orders(d.rules)), d.sink, d.dead, d.obs)
		}},
		{name: orders.Purchases, topic: schemas.TopicPurchases, kind: levels, build: func(d pipelineDeps) (carrier, error) {
			return pipelines.New(d.inOrder(orders.Purchases), orders.NewPurchases(d.cfg.orders(d.rules)), d.sink, d.dead, d.obs)
		}},
	}
}

// levelBatch is how many events a batch has at least before it closes by their number: 64 for each of 256 buckets. A call with
// 20 costs a third more for each event, one with 256 nothing less.
const levelBatch = 64 * redis.DefaultBuckets

// inOrder is a pipeline's configuration with one batch of a partition at the store at once.
func (d pipelineDeps) inOrder(name string) pipelines.Config {
	cfg := d.config(name)
	cfg.InFlight = 1
	if !d.cfg.together { // where one transaction has all buckets, and other lanes' batches too
		cfg.BatchRecords = max(cfg.BatchRecords, levelBatch)
	}
	return cfg
}

// addJobs adds the part in being the runner of the jobs, and the relay, which the runner runs.
func (a *app) addJobs() error {
	before := a.precondition(roleJobs, a.topicsAre([]string{schemas.TopicTicks, schemas.TopicLevels, schemas.TopicCoupons, schemas.DeadTopic(relayed)}), a.site.members.check)
	if err := a.fillRelay(); err != nil {
		return err
	}
	ticks, err := kafka.NewPublisher(a.cfg.kafka(), a.cfg.publisher())
	if err != nil {
		return usage(err)
	}
	a.closers = append(a.closers, ticks.Close)
	observer, err := telemetry.NewJobs(a.reg, a.log)
	if err != nil {
		return err
	}
	reconciling, err := a.newReconcileJob()
	if err != nil {
		return err
	}
	store := a.site.members
	runner, err := jobs.New(a.cfg.jobs(), jobs.Deps{
		Ticks: ticks, Levels: store, Coupons: store, Members: store, Rules: func() *rules.Rules { return store.rules },
		Observer: observer, Beside: beside(store.relaying, reconciling),
	})
	if err != nil {
		return usage(err)
	}
	group, err := a.newGroup(spec{name: roleJobs, topic: schemas.TopicTicks})
	if err != nil {
		return err
	}
	a.group.add(roleJobs, before.guard(func(ctx context.Context) error { return runner.Run(ctx, group) }))
	return nil
}

// beside is what the runner of the jobs runs beside them: the relay, and reconciliation, which mends what it finds.
func beside(relaying *relaying, reconciling *reconcile.Reconciler) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		both, ctx := errgroup.WithContext(ctx)
		both.Go(func() error { return relaying.run(ctx) })
		both.Go(func() error { return reconciling.Watch(ctx, true) })
		return both.Wait()
	}
}

// fillRelay gives the relay what it publishes with.
func (a *app) fillRelay() error {
	bus, err := kafka.NewBus(a.cfg.kafka(), a.cfg.bus(), relay.Key)
	if err != nil {
		return usage(err)
	}
	a.closers = append(a.closers, bus.Close)
	letters, err := kafka.NewPublisher(a.cfg.kafka(), a.cfg.deadPublisher())
	if err != nil {
		return usage(err)
	}
	a.closers = append(a.closers, letters.Close)
	dead, err := kafka.NewDeadLetters(letters, relayed)
	if err != nil {
		return err
	}
	observer, err := telemetry.NewRelay(a.reg, a.log)
	if err != nil {
		return err
	}
	r := a.site.members.relaying
	r.cfg = a.cfg.relay()
	r.deps = relay.Deps{Store: a.site.members, Bus: bus, Dead: dead, Observer: observer, Unpublishable: kafka.Unpublishable}
	if _, err := relay.New(r.cfg, r.deps); err != nil { // before the first term
		return usage(err)
	}
	return nil
}
