package main

import (
	"context"
	"fmt"
	"time"

	"sluice/internal/bench"
	"sluice/internal/bench/callload"
	"sluice/internal/bench/crowd"
	"sluice/internal/bench/proc"
	"sluice/internal/resp"
	"sluice/pipelines"
	"sluice/pipelines/orders"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/redis"
)

// callWriter has the sink write order events in full calls.
type callWriter struct {
	store  *redis.Levels
	part   pipelines.Partition
	offset int64
	full   []pipelines.Write // whole calls
}

// write writes the first events of a crowd. Those of a bucket stay in their order.
func (w *callWriter) write(ctx context.Context, members int, events int64) error {
	from, err := crowd.New(members, 1, time.Now().UnixMilli())
	if err != nil {
		return err
	}
	stream := orders.NewLevels(orders.Config{Rules: rules.Default()})()
	pending := make([][]pipelines.Write, w.store.Buckets())
	for n := range events {
		var event schemas.OrderEvent
		record := pipelines.Record{Value: from.Order(nil, n, time.Now().UnixMilli())}
		if err := stream.Decode(&record, &event); err != nil {
			return fmt.Errorf("reading an order event of a bench: %w", err)
		}
		_, write := stream.Process(&event, nil)
		write.From = &w.part
		bucket := schemas.Bucket(write.Key, len(pending))
		if pending[bucket] = append(pending[bucket], write); len(pending[bucket]) < callEvents {
			continue
		}
		w.full, pending[bucket] = append(w.full, pending[bucket]...), pending[bucket][:0]
		if len(w.full) < callEvents*callsAtOnce {
			continue
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	return w.flush(ctx)
}

// flush gives whole calls to the sink, which must take them.
func (w *callWriter) flush(ctx context.Context) error {
	if len(w.full) == 0 {
		return nil
	}
	for i := range w.full {
		w.full[i].Offset = w.offset
		w.offset++
	}
	results := make([]pipelines.Result, len(w.full))
	if err := w.store.Write(ctx, w.full, results); err != nil {
		return fmt.Errorf("recording calls: %w", err)
	}
	for _, r := range results {
		if r.Verdict != pipelines.Stored && r.Verdict != pipelines.Duplicate {
			return fmt.Errorf("recording calls: an event is %s, %s", r.Verdict, r.Reason)
		}
	}
	w.full = w.full[:0]
	return nil
}

// load sends the calls, and says what it cost.
func (c *benchCallsCmd) load(ctx context.Context, recorded []callload.Call) (bench.Loading, error) {
	before, err := proc.UsageOf("self")
	if err != nil {
		return bench.Loading{}, err
	}
	server, err := resp.CPU(ctx, c.Redis, c.Limit)
	if err != nil {
		return bench.Loading{}, err
	}
	got, err := callload.Load(ctx, callload.Config{Addr: c.Redis, Calls: recorded, Conns: c.Conns, Limit: c.Limit})
	if err != nil {
		return bench.Loading{}, err
	}
	all, err := bench.Finished(got.Events, got.Took)
	if err != nil {
		return bench.Loading{}, err
	}
	after, err := resp.CPU(ctx, c.Redis, c.Limit)
	if err != nil {
		return bench.Loading{}, err
	}
	all.CPU -= before.CPU // recording is no part of it
	return bench.Loading{Baseline: all, Stored: got.Stored, Announced: got.Announced, Server: after - server}, nil
}
