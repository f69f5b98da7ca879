package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sluice/internal/drill"
	"sluice/internal/drill/child"
	"sluice/internal/drill/fault"
	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/drill/watch"
	"sluice/internal/pause"
	"sluice/internal/send"
	"sluice/schemas"
)

// drillTheatre sets scenes in one house.
type drillTheatre struct {
	house  *stage.House
	binary string // "" = this one
	report string // directory
	lasts  time.Duration
}

// Set makes everything that a drill is played with.
func (t *drillTheatre) Set(ctx context.Context, d *script.Drill, seed uint64) (*drill.Scene, error) {
	if d.Run.Failpoints && t.binary == "" && len(failpointVariables()) == 0 {
		return nil, fmt.Errorf("%w: this binary has no failpoints: build it with -tags failpoints", fault.ErrCannot)
	}
	set, err := t.house.Set(ctx, stage.Cast{
		Name: d.Name, Prefix: d.Name + "-" + strings.ToLower(rand.Text()[:6]) + "-",
		Pipelines: d.Run.Pipelines, Jobs: drillJobs(d), Redis: d.Run.Redis, Env: d.Run.Env, ElasticDisk: int64(d.Run.ElasticDisk),
	})
	if err != nil {
		return nil, err
	}
	scene, err := t.scene(set, d, seed)
	if err != nil {
		return nil, errors.Join(err, set.Strike(context.WithoutCancel(ctx)))
	}
	return scene, nil
}

func (t *drillTheatre) scene(set *stage.Stage, d *script.Drill, seed uint64) (*drill.Scene, error) {
	cast := newDrillCast(set)
	gateway, query, err := cast.doors()
	if err != nil {
		return nil, err
	}
	pipelines := drillPipelines(set, &d.Load)
	watched, err := watch.New(watch.Config{Targets: cast.targets(), Pipelines: pipelines}, newDrillScraper(), set.Kafka())
	if err != nil {
		return nil, err
	}
	ledger := filepath.Join(t.report, d.Name+".ledger")
	if err := os.Remove(ledger); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("making room for the ledger: %w", err)
	}
	return &drill.Scene{
		Cast: cast, Faults: drillFaults{set}, Offsets: set.Kafka(), Pipelines: pipelines, Watch: watched, Seen: watched,
		Load: child.NewLoad(child.LoadConfig{
			Load: d.Load, Seed: seed, Lasts: t.lasts, To: gateway, Ops: cast.ops(), Ledger: ledger,
		}, set),
		Prober: drillProberOf(d, gateway, query),
		Prover: child.NewVerify(child.VerifyConfig{
			Ledger: ledger, To: gateway, Query: query, Ops: cast.ops(), Wait: verifyWait(d), Reject: fault.Rejects(d.Faults), Logs: cast.logs(),
		}, set),
		Even:   set.Even,
		Strike: set.Strike,
	}, nil
}

// verifyWait is for the pipelines to be done with what a drill has left them.
func verifyWait(d *script.Drill) time.Duration {
	if d.Long {
		return 30 * time.Minute
	}
	return 5 * time.Minute
}

// drillFaults makes faults of the table.
type drillFaults struct{ stage *stage.Stage }

// Make makes one.
func (f drillFaults) Make(said script.Fault) (fault.Fault, error) { return fault.New(f.stage, said) }

// drillProber posts as a client that tries again.
type drillProber struct{ gateway, query string }

// Probe returns once a ping that was posted now has been found. Each attempt is a ping of its own: one without
// an answer may be in the topic, and must not be there twice.
func (d drillProber) Probe(ctx context.Context, run string) (err error) {
	ping, err := newFreshPing(d.gateway, d.query, "", run)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ping.close()) }()
	begin := time.Now()
	if err := insist(ctx, func() error { return ping.post(ctx, time.Now().UnixMilli(), schemas.StatusIdle) }); err != nil {
		return err
	}
	if _, err := ping.wait(ctx, begin); err != nil {
		return err
	}
	return insist(ctx, func() error { return ping.post(ctx, time.Now().UnixMilli(), schemas.StatusOffline) })
}

// Refused returns once an attempt is answered 503.
func (d drillProber) Refused(ctx context.Context, run string) (err error) {
	ping, err := newFreshPing(d.gateway, d.query, "", run)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ping.close()) }()
	return insist(ctx, func() error {
		err := ping.post(ctx, time.Now().UnixMilli(), schemas.StatusOffline)
		if busy, ok := errors.AsType[*send.Busy](err); ok && busy.Status == http.StatusServiceUnavailable {
			return nil
		}
		return errors.Join(errors.New("it is not answered 503"), err)
	})
}

// insist tries until it works.
func insist(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		if waited := pause.For(ctx, insistEvery); waited != nil {
			return errors.Join(waited, err)
		}
	}
}

const insistEvery = 200 * time.Millisecond
