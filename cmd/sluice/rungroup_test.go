package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func untilDone(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func TestGroupStopsTogetherAndTheLastOnesLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		g := runGroup{within: 10 * time.Second}
		g.add("lane", func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(3 * time.Second)
			order = append(order, "lane")
			return nil
		})
		g.addLast("ops", func(ctx context.Context) error {
			<-ctx.Done()
			order = append(order, "ops")
			return nil
		})
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		if err := g.run(ctx); err != nil {
			t.Fatal(err)
		}
		if strings.Join(order, " ") != "lane ops" {
			t.Errorf("order %q", order)
		}
	})
}

func TestGroupNamesWhatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := runGroup{within: time.Second}
		g.add("good", untilDone)
		g.add("bad", func(context.Context) error { return errors.New("broken") })
		if err := g.run(t.Context()); err == nil || err.Error() != "bad: broken" {
			t.Errorf("error %v", err)
		}
		g = runGroup{within: time.Second}
		g.add("short", func(context.Context) error { return nil })
		if err := g.run(t.Context()); err == nil || err.Error() != "short ended by itself" {
			t.Errorf("error %v", err)
		}
	})
}

func TestGroupDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang)
		g := runGroup{within: 10 * time.Second}
		g.add("hanging", func(context.Context) error { <-hang; return nil })
		g.addLast("hanging as well", func(context.Context) error { <-hang; return nil })
		ctx, stop := context.WithCancel(t.Context())
		stop()
		start := time.Now()
		if err := g.run(ctx); err == nil || err.Error() != "hanging did not stop in time\nhanging as well did not stop in time" {
			t.Errorf("error %v", err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %s", took)
		}
	})
}
