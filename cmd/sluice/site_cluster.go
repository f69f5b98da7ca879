package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/sinks/elastic"
	"sluice/sinks/redis"
)

// clusterSite stores in Elasticsearch, and member levels in Redis. Bulk requests, questions and probes have connections of
// their own, so that none stands in another's way.
func clusterSite(cfg *config, reg *prometheus.Registry, log *zap.Logger) (*site, error) {
	reader, err := elastic.NewReader(cfg.elastic())
	if err != nil {
		return nil, usage(err)
	}
	probes, err := elastic.NewReader(cfg.elastic())
	if err != nil {
		return nil, usage(err)
	}
	set, err := newSetup(cfg)
	if err != nil {
		return nil, err
	}
	kept, err := redisMembers(cfg, reg, log)
	if err != nil {
		return nil, err
	}
	return &site{
		name: "elastic", members: kept,
		sink: func(store *telemetry.Store) (pipelines.Sink, error) {
			sink, err := elastic.New(cfg.elastic(), storeObserver{store})
			if err != nil {
				return nil, usage(err)
			}
			return sink, nil
		},
		places: reader, probes: probes,
		check: func(ctx context.Context) error { return templatesAre(ctx, set) },
		retain: func(ctx context.Context, family string, keepDays int, now time.Time) ([]string, error) {
			said, err := set.Retain(ctx, family, keepDays, now)
			return said.Dropped, err
		},
		closers: []func() error{closing(reader.Close), closing(probes.Close), closing(set.Close), kept.close},
	}, nil
}

// redisMembers keeps member levels in Redis.
func redisMembers(cfg *config, reg *prometheus.Registry, log *zap.Logger) (members, error) {
	by, err := cfg.rules()
	if err != nil {
		return members{}, usage(err)
	}
	counts, err := telemetry.NewLevels(reg, log)
	if err != nil {
		return members{}, err
	}
	store, err := redis.New(cfg.redis(by), levelsObserver{counts})
	if err != nil {
		return members{}, usage(err)
	}
	check := func(ctx context.Context) error { return redisServes(ctx, store) }
	return members{levelStore: store, relaying: &relaying{}, rules: by, telemetry: counts, check: check, close: store.Close}, nil
}

// redisServes is met when Redis answers and is set so that nothing in it is forgotten.
func redisServes(ctx context.Context, store *redis.Levels) error {
	report, err := store.Inspect(ctx)
	if err != nil {
		return err
	}
	var refuse complaints
	for _, c := range report.Complaints() {
		refuse.when(c.Fatal, "%w: redis %s: %s", errUnfit, orDash(c.Server), c.Detail)
	}
	return errors.Join(refuse...)
}

func closing(hangUp func()) func() error {
	return func() error { hangUp(); return nil }
}

// templatesAre is met when Elasticsearch has what the set-up makes.
func templatesAre(ctx context.Context, set *elastic.Setup) error {
	err := set.Check(ctx)
	if err == nil || errors.Is(err, schemas.ErrUnavailable) || ctx.Err() != nil {
		return err
	}
	var missing []error
	for _, one := range leaves(err) {
		missing = append(missing, fmt.Errorf("%w: %s", errMissing, strings.TrimSuffix(one.Error(), ": run setup")))
	}
	return errors.Join(missing...)
}

// storeObserver tells telemetry, which knows no store, what Elasticsearch's sink reports.
type storeObserver struct{ store *telemetry.Store }

// Requested hands on one bulk request.
func (o storeObserver) Requested(r elastic.Request) { o.store.Requested(r.Status, r.Busy, r.Took) }

// Limited hands on the limit of requests in flight.
func (o storeObserver) Limited(requests int) { o.store.Limited(requests) }
