package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"sluice/schemas"
)

func TestAServerThatIsAwayIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.WarnLevel)
		back := time.Now().Add(time.Minute)
		p := &precondition{role: "pipelines", log: zap.New(core), check: func(context.Context) error {
			if time.Now().Before(back) {
				return errors.New("connection refused")
			}
			return nil
		}}
		if p.ready(t.Context()) == nil {
			t.Error("ready before it was met")
		}
		var began time.Time
		run := p.guard(func(context.Context) error {
			began = time.Now()
			return nil
		})
		if err := run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if late := began.Sub(back); late < 0 || late > preconditionEvery {
			t.Errorf("began %s after the server was back", late)
		}
		if p.ready(t.Context()) != nil {
			t.Error("not ready although it was met")
		}
		if n := logs.Len(); n < 3 || n > 7 {
			t.Errorf("%d lines in a minute of waiting", n)
		}
	})
}

func TestPartsThatWaitForTheSameSayItOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.WarnLevel)
		p := &precondition{log: zap.New(core), check: func(context.Context) error { return errors.New("away") }}
		ctx, stop := context.WithTimeout(t.Context(), 35*time.Second)
		defer stop()
		done := make(chan error)
		for range 6 {
			go func() { done <- p.guard(untilDone)(ctx) }()
		}
		for range 6 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := logs.Len(); n != 4 {
			t.Errorf("%d lines in 35 seconds of waiting, want one every ten", n)
		}
	})
}

func TestWhatIsMissingEndsTheStart(t *testing.T) {
	began := false
	p := &precondition{log: zap.NewNop(), lacks: &absence{}, check: func(context.Context) error { return fmt.Errorf("%w: topic x", errMissing) }}
	err := p.guard(func(context.Context) error { began = true; return nil })(t.Context())
	if err == nil || began || !strings.Contains(err.Error(), "topic x") || !strings.Contains(err.Error(), "sluice setup") {
		t.Errorf("error %v, began %t", err, began)
	}
}

// Many parts of several roles lack things: one line has them all, and no part's name.
func TestWhatIsMissingIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lacks := &absence{}
		lack := func(things ...string) *precondition {
			p := &precondition{log: zap.NewNop(), lacks: lacks, check: func(ctx context.Context) error {
				errs := []error{ctx.Err()} // a part that is stopped while it asks
				for _, thing := range things {
					errs = append(errs, fmt.Errorf("%w: %s", errMissing, thing))
				}
				return errors.Join(errs...)
			}}
			lacks.among = append(lacks.among, p)
			return p
		}
		g := runGroup{within: 10 * time.Second}
		gateway, both := lack("topic a"), lack("topic a", "index b")
		for i := range 4 {
			g.add(fmt.Sprintf("gateway %d", i), gateway.guard(untilDone))
			g.add(fmt.Sprintf("pipeline %d", i), both.guard(untilDone))
		}
		const want = "not set up: index b; topic a: run `sluice setup` with the same configuration first"
		if err := g.run(t.Context()); err == nil || err.Error() != want {
			t.Errorf("said %v, want %s", err, want)
		}
	})
}

// What setup cannot mend is said beside what it can, with where to look.
func TestWhatIsUnfitEndsTheStart(t *testing.T) {
	p := &precondition{log: zap.NewNop(), lacks: &absence{}, check: func(context.Context) error {
		return errors.Join(topicsServe("p-", []string{"order.events", "jobs.ticks"}, map[string]int{"jobs.ticks": 3}),
			fmt.Errorf("%w: redis r:1: maxmemory-policy is allkeys-lru", errUnfit))
	}}
	err := p.guard(func(context.Context) error { t.Error("began"); return nil })(t.Context())
	const want = "not set up: missing topics: p-order.events: run `sluice setup` with the same configuration first\n" +
		"not as it must be: redis r:1: maxmemory-policy is allkeys-lru; topic p-jobs.ticks has 3 partitions and must have one: `sluice doctor` says how to mend it"
	if err == nil || err.Error() != want {
		t.Errorf("said %v, want %s", err, want)
	}
}

// Whoever also answers other questions begins without the store of member levels, but not with one that forgets.
func TestQuestionsDoNotWaitForTheStoreOfLevels(t *testing.T) {
	away := members{check: func(context.Context) error { return fmt.Errorf("%w: refused", schemas.ErrUnavailable) }}
	unfit := members{check: func(context.Context) error { return fmt.Errorf("%w: it evicts", errUnfit) }}
	if err := away.fit(t.Context()); err != nil {
		t.Error(err)
	}
	if err := unfit.fit(t.Context()); !errors.Is(err, errUnfit) {
		t.Error(err)
	}
}

func TestTopicsThatServe(t *testing.T) {
	topics := []string{"order.events", "jobs.ticks", "level.epochs"}
	if err := topicsServe("", topics, map[string]int{"order.events": 8, "jobs.ticks": 1, "level.epochs": 1}); err != nil {
		t.Error(err)
	}
}

func TestAStopEndsTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		p := &precondition{log: zap.NewNop(), check: func(context.Context) error { return errors.New("away") }}
		start := time.Now()
		if err := p.guard(untilDone)(ctx); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != time.Minute {
			t.Errorf("ended after %s", took)
		}
	})
}
