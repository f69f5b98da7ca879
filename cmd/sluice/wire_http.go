package main

import (
	"fmt"
	"slices"

	"go.uber.org/zap"

	"sluice/internal/apikeys"
	"sluice/internal/gateway"
	"sluice/internal/httpserver"
	"sluice/internal/kafka"
	"sluice/internal/opshttp"
	"sluice/internal/query"
	"sluice/internal/telemetry"
)

// addGateway adds the endpoints that take records.
func (a *app) addGateway(keys *apikeys.Keys) error {
	publisher, err := kafka.NewPublisher(a.cfg.kafka(), a.cfg.publisher())
	if err != nil {
		return usage(err)
	}
	a.closers = append(a.closers, publisher.Close)
	observer, err := telemetry.NewGateway(a.reg, a.log)
	if err != nil {
		return err
	}
	g, err := gateway.New(a.cfg.gateway(), gateway.Deps{Publisher: a.cfg.failpoints.Publisher(a.spans.Publisher(publisher)), Keys: keys, Observer: observer, Obstacle: a.site.obstacle})
	if err != nil {
		return usage(err)
	}
	a.routes = append(a.routes, g.Routes()...)
	a.precondition(roleGateway, a.topicsAre(gateway.Topics()))
	a.checks = append(a.checks, opshttp.Check{Name: "kafka", Ready: a.admin.Ping})
	return nil
}

// addQuery adds the endpoints that answer questions.
func (a *app) addQuery(keys *apikeys.Keys) error {
	observer, err := telemetry.NewQuery(a.reg, a.log)
	if err != nil {
		return err
	}
	published, err := a.newPublishedLevels()
	if err != nil {
		return err
	}
	q, err := query.New(a.cfg.query(), query.Deps{
		Drivers: a.spans.Drivers(a.site.places), Area: a.site.places, Orders: a.site.places, Members: a.site.members, Rules: a.site.members.rules,
		Changes: published, Keys: keys, Observer: observer, Obstacle: a.site.obstacle,
	})
	if err != nil {
		return usage(err)
	}
	a.routes = append(a.routes, q.Routes()...)
	a.group.add("live streams", q.Run)
	a.precondition(roleQuery, a.site.check, a.site.members.fit)
	a.checks = append(a.checks, opshttp.Check{Name: a.site.name, Ready: a.site.places.Ready})
	return nil
}

// addProgress adds how the pipelines stand: this process's own part for its peers, all of it
// where questions are answered.
func (a *app) addProgress(roles []string, keys *apikeys.Keys) error {
	p, closer, err := newProgress(a.cfg, a.site.members, a.pipelines, keys, a.log)
	if err != nil {
		return err
	}
	a.closers = append(a.closers, closer)
	a.opsRoutes = append(a.opsRoutes, p.OpsRoutes()...)
	if slices.Contains(roles, roleQuery) {
		a.routes = append(a.routes, p.Routes()...)
		a.group.add("progress", p.Run)
	}
	return nil
}

// addHTTP opens the clients' listener.
func (a *app) addHTTP() error {
	observer, err := telemetry.NewHTTP(a.reg, a.log)
	if err != nil {
		return err
	}
	errorLog, err := zap.NewStdLogAt(a.log, zap.DebugLevel) // broken connections, which clients cause
	if err != nil {
		return fmt.Errorf("making the servers' log: %w", err)
	}
	server, err := httpserver.New(a.cfg.http(), a.spans.HTTP(httpserver.Observe(httpserver.Mux(a.routes...), observer)), errorLog)
	if err != nil {
		return listenFailed("http.listen", "SLUICE_HTTP_LISTEN", "--http", a.cfg.HTTP.Listen, err)
	}
	a.http = server
	a.checks = append(a.checks, opshttp.Check{Name: "http", Ready: server.Ready})
	a.group.add("http", server.Run)
	return nil
}

// addOps opens the operators' listener; it stops last.
func (a *app) addOps() error {
	for _, p := range a.lacks.among {
		a.checks = append(a.checks, opshttp.Check{Name: p.role, Ready: p.ready})
	}
	mux := httpserver.Mux(append(opshttp.Routes(telemetry.Handler(a.reg), a.checks), a.opsRoutes...)...)
	errorLog, err := zap.NewStdLogAt(a.log, zap.DebugLevel) // broken connections, which clients cause
	if err != nil {
		return fmt.Errorf("making the servers' log: %w", err)
	}
	server, err := httpserver.New(a.cfg.ops(), mux, errorLog)
	if err != nil {
		return listenFailed("ops.listen", "SLUICE_OPS_LISTEN", "--ops", a.cfg.Ops.Listen, err)
	}
	a.ops = server
	a.group.addLast("ops", server.Run)
	return nil
}
