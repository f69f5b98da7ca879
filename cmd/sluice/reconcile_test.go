package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/internal/reconcile"
	"sluice/pipelines"
	"sluice/pipelines/orders"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/embedded"
)

func TestReconcileRefusesWhatItCannotDo(t *testing.T) {
	for want, args := range map[string][]string{
		"want 2026-11":                {"--month", "november"},
		"leave out --month":           {"--watch", "--month", "2026-11"},
		"must not be negative":        {"--rate=-1"},
		"no such file or directory":   {"--data", "/does/not/exist"},
		"unknown flag --no-such-flag": {"--no-such-flag"},
	} {
		code, _, stderr := execute(t, nil, append([]string{"reconcile"}, args...)...)
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit code %d, %q", args, code, stderr)
		}
	}
}

func TestRulesApplyRefusesAnotherCalendar(t *testing.T) {
	file := written(t, "levels.yaml", strings.Replace(string(rules.DefaultFile()), "Asia/Shanghai", "Europe/Berlin", 1))
	code, _, stderr := execute(t, nil, "rules", "apply", file)
	if code != exitUsage || !strings.Contains(stderr, "orders are held by the months of Asia/Shanghai") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// What differs is exit code 3 until it is mended, and 0 from then on.
func TestReconcileSaysByItsExitCodeWhetherThereIsDrift(t *testing.T) {
	const members, each = 20, 5
	dir, now := t.TempDir(), time.Now()
	addrs, stop := upAt(t, dir)
	posts(t, addrs.http+"/v1/orders", sentOrders(members, 0, each, now))
	for _, pipeline := range []string{orders.Levels, orders.Index} {
		eventually(t, "a verdict on all orders", func() bool { return settledBy(t, addrs, pipeline) == members*each })
	}
	stop()
	environ := []string{"SLUICE_TOPIC_PARTITIONS=2", "SLUICE_KAFKA_BROKERS=127.0.0.1:0"}
	reconciled := func(want int, says []string, args ...string) {
		t.Helper()
		code, stdout, stderr := execute(t, environ, append([]string{"reconcile", "--data", dir}, args...)...)
		for _, text := range says {
			if !strings.Contains(stdout, text) {
				t.Errorf("%v does not say %q: %s", args, text, stdout)
			}
		}
		if code != want {
			t.Errorf("%v: exit code %d, want %d: %s%s", args, code, want, stdout, stderr)
		}
	}
	reconciled(exitDone, []string{"no drift"})
	levels, err := embedded.OpenLevels(embedded.LevelsConfig{Dir: filepath.Join(dir, levelsPart), Rules: rules.Default(), NoSync: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	plantDrifts(t, levels, now)
	if err := levels.Close(); err != nil {
		t.Fatal(err)
	}
	kinds := []string{string(reconcile.Extra), string(reconcile.Missing), string(reconcile.WrongMonth), "3 drifts"}
	reconciled(exitFound, kinds)
	reconciled(exitDone, append(kinds, "3 mended, 0 left"), "--repair")
	reconciled(exitDone, []string{"no drift"})
}

// plantDrifts gives a member an order that nobody completed, takes one from another, and moves one of a third into last month.
func plantDrifts(t *testing.T, levels pipelines.Sink, now time.Time) {
	t.Helper()
	byRules := rules.Default()
	number := func(member int) int64 { return int64(1_000_000 + member*1000) }
	complete := func(order int64, at time.Time) schemas.LevelEvent {
		month, second := byRules.Second(at.UnixMilli())
		return schemas.LevelEvent{Kind: schemas.LevelComplete, Order: order, Month: month, Second: second, At: at.UnixMilli()}
	}
	lastMonth := time.UnixMilli(byRules.Start(byRules.Month(now.UnixMilli()))).Add(-time.Hour)
	for _, planted := range []struct {
		member int
		event  schemas.LevelEvent
	}{
		{1, complete(77, now)},
		{2, schemas.LevelEvent{Kind: schemas.LevelForget, Order: number(2), At: now.UnixMilli()}},
		{3, complete(number(3), lastMonth)},
	} {
		results := make([]pipelines.Result, 1)
		write := pipelines.Write{Target: "levels", Key: fmt.Append(nil, "M", planted.member), Body: schemas.AppendLevelEvent(nil, &planted.event), Time: planted.event.At}
		if err := levels.Write(t.Context(), []pipelines.Write{write}, results); err != nil || results[0].Verdict != pipelines.Stored {
			t.Fatalf("planting %+v: %+v, %v", planted, results[0], err)
		}
	}
}

// A report that is cut off, on a full disk say, must not pass for one.
func TestAReportThatCannotBePrintedIsAnError(t *testing.T) {
	out, in := io.Pipe()
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	for _, asJSON := range []bool{false, true} {
		said := newReconcilePrinter(&process{stdout: in, stderr: io.Discard}, &reconcileCmd{JSON: asJSON})
		said.Ended(reconcile.Report{}, nil)
		if !errors.Is(said.unsaid, io.ErrClosedPipe) {
			t.Errorf("json %t: %v, want what printing failed of", asJSON, said.unsaid)
		}
	}
}
