package main

import (
	"context"
	"time"

	"go.uber.org/zap"

	"sluice/internal/probe"
	"sluice/internal/query"
	"sluice/internal/reconcile"
	"sluice/internal/telemetry"
	"sluice/pipelines"
)

// site is the list of what one installation stores with: real servers (site_cluster.go), or
// one data directory (site_embedded.go). Everything else of the process is the same.
type site struct {
	sink    func(store *telemetry.Store) (pipelines.Sink, error) // one for each pipeline
	places  places                                               // what questions are answered from
	members members                                              // of services: their orders and levels
	probes  probe.Searcher                                       // what freshness is measured with

	check  func(ctx context.Context) error // what setup makes is there; wraps errMissing when waiting cannot help
	retain func(ctx context.Context, family string, keepDays int, now time.Time) (dropped []string, err error)

	obstacle func() string // why no record is taken now and what to do about it, for clients; "" and nil = nobody knows of one

	name    string      // of the store, in readiness checks
	facts   []zap.Field // told beside the addresses when all is ready
	servers []runner    // to be run as long as anything else runs
	closers []func() error
}

// sinkOf is where a pipeline writes, and what closes what is the pipeline's alone.
func (s *site) sinkOf(of spec, store *telemetry.Store) (pipelines.Sink, func() error, error) {
	switch of.kind {
	case services:
		own, err := of.own()
		if err != nil {
			return nil, nil, err
		}
		return own, own.Close, nil
	case levels:
		return s.members, nothing, nil
	case documents:
	}
	sink, err := s.sink(store)
	return sink, nothing, err
}

// checkOf asks whether what pipelines of a kind write to is there; of others' services nobody is asked.
func (s *site) checkOf(ctx context.Context, kind storeKind) error {
	switch kind {
	case services:
		return nil
	case levels:
		return s.members.check(ctx)
	case documents:
	}
	return s.check(ctx)
}

func nothing() error { return nil }

// places is where drivers and orders are found.
type places interface {
	query.Drivers
	query.Area
	query.Orders
	reconcile.Index
	Ready(ctx context.Context) error
}
