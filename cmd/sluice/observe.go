package main

import (
	"time"

	"sluice/internal/telemetry"
	"sluice/sinks/elastic"
)

// storeObserver tells telemetry, which knows no store, what Elasticsearch's sink and prober report.
type storeObserver struct{ store *telemetry.Store }

// Requested hands on one bulk request.
func (o storeObserver) Requested(r elastic.Request) { o.store.Requested(r.Status, r.Busy, r.Took) }

// Limited hands on the limit of requests in flight.
func (o storeObserver) Limited(requests int) { o.store.Limited(requests) }

// Searchable hands on a probe's time.
func (o storeObserver) Searchable(_ string, took time.Duration) { o.store.Searchable(took) }

// NotSearchable hands on a probe that gave up.
func (o storeObserver) NotSearchable(_ string, err error) { o.store.Unseen(err) }
