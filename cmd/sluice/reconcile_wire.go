package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/internal/datadir"
	"sluice/internal/kafka"
	"sluice/internal/reconcile"
	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/pipelines/orders"
	"sluice/schemas"
)

// levelDesk is what a command needs that works on member levels as a whole: beside running processes, or alone
// in a data directory.
type levelDesk struct {
	cfg     *config
	log     *zap.Logger
	reg     *prometheus.Registry
	site    *site
	admin   *kafka.Admin
	closers []func() error
}

// newLevelDesk opens it; data is a data directory, or "" for real servers. What it has opened it closes again when it fails.
func newLevelDesk(p *process, cfg *config, data string) (_ *levelDesk, err error) {
	d := &levelDesk{cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	if d.log, err = telemetry.NewLogger(cfg.log(), p.stderr); err != nil {
		return nil, usage(err)
	}
	p.limitMemory(cfg.Memory)
	if d.reg, err = telemetry.NewRegistry(buildOf()); err != nil {
		return nil, err
	}
	if data == "" {
		d.site, err = clusterSite(cfg, d.reg, d.log)
	} else {
		if err = datadir.Check(data); err != nil { // a misspelt one is not to be made
			return nil, usage(err)
		}
		cfg.Data.Dir = data
		d.site, err = embeddedSite(cfg, d.reg, d.log) // before the client: it tells cfg the broker's address
	}
	if err != nil {
		return nil, err
	}
	d.closers = append(d.closers, func() error { return closeAll(d.site.closers) })
	if d.admin, err = kafka.NewAdmin(cfg.kafka()); err != nil {
		return nil, usage(err)
	}
	d.closers = append(d.closers, d.admin.Close)
	return d, nil
}

func (d *levelDesk) close() error { return closeAll(d.closers) }

// run does the work, with the parts of a data directory beside it where there are some.
func (d *levelDesk) run(ctx context.Context, name string, work func(ctx context.Context) error) error {
	if len(d.site.servers) == 0 {
		return nameData(work(ctx), "", dataAlone)
	}
	servers := runGroup{within: stopWithin}
	for _, server := range d.site.servers {
		servers.addLast(server.name, server.run)
	}
	done := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	servers.add(name, func(ctx context.Context) error {
		done <- work(ctx)
		stop() // that the servers end now is as it should be
		return nil
	})
	err := servers.run(ctx)
	select {
	case working := <-done:
		return errors.Join(working, err)
	default: // it did not stop in time: err says so
		return err
	}
}

// orderFeeds are the partitions of order events, as both pipelines stand that make what reconciliation compares.
type orderFeeds struct {
	admin *kafka.Admin
	cfg   *config
}

// Feeds asks for those of both.
func (f orderFeeds) Feeds(ctx context.Context) ([]pipelines.Feed, error) {
	var all []pipelines.Feed
	for _, name := range []string{orders.Levels, orders.Index} {
		found, err := f.admin.Feeds(ctx, f.cfg.groupID(name), schemas.TopicOrders)
		if err != nil {
			return nil, fmt.Errorf("asking where %s stands: %w", name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// newReconciler compares a site's member levels with its orders.
func newReconciler(cfg reconcile.Config, on *site, fed orderFeeds, obs reconcile.Observer) (*reconcile.Reconciler, error) {
	r, err := reconcile.New(cfg, reconcile.Deps{
		Levels: on.members, Index: on.places, Feeds: fed, Rules: on.members.rules, Observer: obs,
	})
	if err != nil {
		return nil, usage(err)
	}
	return r, nil
}

// dailyRate is how many orders the job reads a second at most: it has a day's time, and the servers have other work.
const dailyRate = 50_000

// newReconcileJob is the job that runs beside the others, for as long as this process is the runner.
func (a *app) newReconcileJob() (*reconcile.Reconciler, error) {
	observer, err := telemetry.NewReconcile(a.reg, a.log)
	if err != nil {
		return nil, err
	}
	return newReconciler(reconcile.Config{Rate: dailyRate}, a.site, orderFeeds{admin: a.admin, cfg: a.cfg}, reconcileObserver{observer})
}

// reconcileObserver tells telemetry, which knows no reconciliation, what it finds.
type reconcileObserver struct{ telemetry *telemetry.Reconcile }

// Looked hands on how far a pass is.
func (o reconcileObserver) Looked(done, of int) { o.telemetry.Looked(done, of) }

// Drifted hands on one drift.
func (o reconcileObserver) Drifted(d reconcile.Drift) {
	o.telemetry.Drifted(string(d.Kind), d.Mended, d.String())
}

// Ended hands on how a pass or a round ended.
func (o reconcileObserver) Ended(r reconcile.Report, err error) {
	o.telemetry.Ended(r.Clean(), r.Members, r.Rebuilt, r.String(), err)
}
