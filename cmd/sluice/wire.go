package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
	"sluice/internal/kafka"
	"sluice/internal/opshttp"
	"sluice/internal/rewind"
	"sluice/internal/telemetry"
)

// app is one process: the parts of its roles, and what they share.
type app struct {
	cfg   *config
	site  *site
	log   *zap.Logger
	reg   *prometheus.Registry
	admin *kafka.Admin
	spans *telemetry.Tracer // nil when it is switched off

	group     runGroup
	checks    []opshttp.Check
	routes    []httpserver.Route // of the clients' listener
	opsRoutes []httpserver.Route
	lacks     absence
	rewinding *rewind.Rewinder // nil until a pipeline needs it
	topics    []string         // that the roles need
	pipelines []*telemetry.Pipeline
	closers   []func() error

	http, ops *httpserver.Server // http is nil without a role that serves
}

// newApp builds the roles on a site, which is the app's to close. What it has opened it
// closes again when it fails.
func newApp(ctx context.Context, cfg *config, on *site, roles, names []string, reg *prometheus.Registry, log *zap.Logger) (*app, error) {
	a := &app{cfg: cfg, site: on, reg: reg, log: log, group: runGroup{within: stopWithin}, closers: on.closers}
	if err := a.build(roles, names); err != nil {
		return nil, errors.Join(err, a.abandon(ctx))
	}
	return a, nil
}

func (a *app) build(roles, names []string) error {
	admin, err := kafka.NewAdmin(a.cfg.kafka())
	if err != nil {
		return usage(err)
	}
	a.admin = admin
	a.closers = append(a.closers, admin.Close)
	if a.spans, err = telemetry.NewTracer(a.cfg.trace(), buildOf(), a.reg, a.log); err != nil {
		return usage(err)
	}
	a.group.addLast("spans", a.spans.Run)
	for _, server := range a.site.servers {
		a.group.addLast(server.name, server.run)
	}
	if slices.Contains(roles, rolePipelines) {
		if err := a.addPipelines(names); err != nil {
			return err
		}
	}
	if slices.Contains(roles, roleJobs) {
		if err := a.addJobs(); err != nil {
			return err
		}
	}
	keys, err := a.keys(roles)
	if err != nil {
		return usage(err)
	}
	if err := a.addProgress(roles, keys); err != nil {
		return err
	}
	if err := a.addServing(roles, keys); err != nil {
		return err
	}
	return a.addOps()
}

// keys are those of the configuration where clients come in; without clients nobody needs
// the file.
func (a *app) keys(roles []string) (*apikeys.Keys, error) {
	if !serves(roles) {
		return apikeys.New(apikeys.Config{})
	}
	return apikeys.New(a.cfg.keys())
}

// serves says whether one of the roles answers clients.
func serves(roles []string) bool {
	return slices.Contains(roles, roleGateway) || slices.Contains(roles, roleQuery)
}

// addServing adds the roles that answer HTTP, on one listener.
func (a *app) addServing(roles []string, keys *apikeys.Keys) error {
	if !serves(roles) {
		return nil
	}
	if slices.Contains(roles, roleGateway) {
		if err := a.addGateway(keys); err != nil {
			return err
		}
	}
	if slices.Contains(roles, roleQuery) {
		if err := a.addQuery(keys); err != nil {
			return err
		}
	}
	return a.addHTTP()
}

// abandon closes an app that never ran.
func (a *app) abandon(ctx context.Context) error {
	if a.http != nil {
		a.closers = append(a.closers, a.http.Close)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	var errs []error
	for _, server := range a.site.servers { // what listens already ends only by being run
		errs = append(errs, server.run(ended))
	}
	return errors.Join(append(errs, a.close())...)
}

// run serves until ctx ends and says what it left.
func (a *app) run(ctx context.Context) error {
	a.group.add("start", a.announce)
	a.cfg.failpoints.LastWords(func() { a.farewells(saidKilled) })
	err := a.group.run(ctx)
	a.farewells(saidStopped)
	return errors.Join(err, a.close())
}

// announce says when all is up.
func (a *app) announce(ctx context.Context) error {
	for _, p := range a.lacks.among {
		if met, err := p.await(ctx); !met {
			return err
		}
	}
	fields := []zap.Field{zap.String("ops", "http://"+a.ops.Addr().String())}
	if a.http != nil {
		fields = append(fields, zap.String("http", "http://"+a.http.Addr().String()))
	}
	a.log.Info("ready", append(fields, a.site.facts...)...)
	<-ctx.Done()
	a.log.Info("stopping", zap.Duration("within", stopWithin))
	return nil
}

// How a life ended, in its last words.
const (
	saidStopped = "stopped"
	saidKilled  = "killed at a failpoint"
)

// farewells are the last words of all pipelines.
func (a *app) farewells(how string) {
	started := telemetry.Started(a.reg)
	for _, p := range a.pipelines {
		a.farewell(how, p, started)
	}
}

// farewell says how a pipeline's records ended in this process. What is left, and what is settled
// and uncommitted, is not lost: the next owner reads it again. By its start, as metrics have it, the process is known
// to whoever scraped it before, and by how many pipelines it runs one knows when all have been heard.
func (a *app) farewell(how string, p *telemetry.Pipeline, started float64) {
	s := p.Snapshot()
	a.log.Info(how, zap.String("pipeline", s.Pipeline), zap.Uint64("consumed", s.Consumed),
		zap.Uint64("stored", s.Records("stored")), zap.Uint64("stale", s.Records("stale")),
		zap.Uint64("duplicate", s.Records("duplicate")), zap.Uint64("poison", s.Records("poison")),
		zap.Uint64("left", s.Records("unsettled")), zap.Uint64("uncommitted", s.Uncommitted), zap.Float64("started", started), zap.Int("pipelines", len(a.pipelines)))
}

func (a *app) close() error { return closeAll(a.closers) }

// closeAll closes in the opposite order of opening.
func closeAll(closers []func() error) error {
	var errs []error
	for _, closer := range slices.Backward(closers) {
		if err := closer(); err != nil {
			errs = append(errs, fmt.Errorf("closing: %w", err))
		}
	}
	return errors.Join(errs...)
}
