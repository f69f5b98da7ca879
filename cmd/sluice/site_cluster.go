package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/sinks/elastic"
)

// clusterSite stores in Elasticsearch. Bulk requests, questions and probes have connections of their own, so
// that none stands in another's way.
func clusterSite(cfg *config) (*site, error) {
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
	return &site{
		name: "elastic",
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
		closers: []func() error{closing(reader.Close), closing(probes.Close), closing(set.Close)},
	}, nil
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
