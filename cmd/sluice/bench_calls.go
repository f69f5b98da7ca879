package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sluice/internal/bench"
	"sluice/internal/bench/callload"
	"sluice/internal/resp"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/redis"
)

// benchCallsCmd is the bare loader of member levels: it has the sink write events through a recorder, 256 to a call,
// and sends those calls again by plain connections, first to an empty store, then to the full one.
type benchCallsCmd struct {
	Redis   string        `required:"" help:"host:port of one Redis without a password."`
	Prefix  string        `required:"" help:"Of its keys, some of which it leaves."`
	Events  int64         `required:"" help:"Order events; the last, which fill no call, are left out."`
	Members int           `required:"" help:"Who have them at any one time."`
	Conns   int           `default:"2" help:"Connections that send at once."`
	Limit   time.Duration `default:"1m" help:"Of a load."`
}

// How the sink is recorded.
const (
	callEvents  = redis.DefaultCallEvents // of one call, each full
	callsAtOnce = 32
	callsMost   = 1 << 30 // bytes
)

// Run loads and prints.
func (c *benchCallsCmd) Run(ctx context.Context, p *process) error {
	recorded, err := c.record(ctx)
	if err != nil {
		return err
	}
	if err := resp.Forget(ctx, c.Redis, c.Prefix, c.Limit); err != nil {
		return err
	}
	store, err := c.open(ctx, c.Redis) // as empty as the recorded one was
	if err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	var both bench.Loadings
	if both.Fresh, err = c.load(ctx, recorded); err != nil {
		return err
	}
	if both.Again, err = c.load(ctx, recorded); err != nil {
		return err
	}
	if both.Again.Stored > 0 {
		return fmt.Errorf("%d events took effect twice: the calls are no good", both.Again.Stored)
	}
	if err := json.NewEncoder(p.stdout).Encode(both); err != nil {
		return fmt.Errorf("printing a baseline: %w", err)
	}
	return nil
}

// record has the sink write all events, and returns its calls.
func (c *benchCallsCmd) record(ctx context.Context) (_ []callload.Call, err error) {
	recorder, err := callload.NewRecorder(ctx, c.Redis, callsMost)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- recorder.Run(running) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	store, err := c.open(ctx, recorder.Addr())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	recorder.Record()
	w := callWriter{store: store, part: c.part()}
	if err := w.write(ctx, c.Members, c.Events); err != nil {
		return nil, err
	}
	return recorder.Calls(), nil
}

func (c *benchCallsCmd) part() pipelines.Partition {
	return pipelines.Partition{Topic: schemas.TopicOrders}
}

// open makes a store that is ready for the first event of a partition.
func (c *benchCallsCmd) open(ctx context.Context, addr string) (_ *redis.Levels, err error) {
	store, err := redis.New(redis.Config{Addrs: []string{addr}, KeyPrefix: c.Prefix, Rules: rules.Default(), CallTimeout: c.Limit}, nil)
	if err != nil {
		return nil, usage(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, store.Close())
		}
	}()
	const claim = "bench/once"
	feed := pipelines.Feed{Part: c.part(), Fresh: true}
	if _, err := store.Open(ctx, feed, claim); err != nil {
		return nil, err
	}
	if _, err := store.Recover(ctx, claim, 1, nil); err != nil {
		return nil, err
	}
	marks, err := store.Open(ctx, feed, claim)
	if err == nil && marks.Claimed+marks.Others > 0 {
		err = errors.New("opening a store of a bench: another uses it")
	}
	return store, err
}
