package telemetry_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"sluice/internal/telemetry"
	"sluice/pipelines"
)

func part(id int32) pipelines.Partition { return pipelines.Partition{Topic: "driver.pings", ID: id} }

func newPipeline(t *testing.T, cfg telemetry.PipelineConfig) (*telemetry.Pipeline, *prometheus.Registry, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	reg := prometheus.NewPedanticRegistry()
	cfg.Name = "gps-live"
	p, err := telemetry.NewPipeline(cfg, reg, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	return p, reg, logs
}

func TestCountsAreExactAndInTheMetrics(t *testing.T) {
	p, reg, _ := newPipeline(t, telemetry.PipelineConfig{})
	p.Noted(part(3), pipelines.Event{Kind: pipelines.Assigned, Stage: pipelines.StageSource})
	p.Noted(part(3), pipelines.Event{Kind: pipelines.Consumed, N: 10})
	p.Settled(part(3), pipelines.Stored, "", 6)
	p.Settled(part(3), pipelines.Stale, "age", 3)
	p.Settled(part(3), pipelines.Poison, "bad_json", 1)
	p.Settled(part(3), pipelines.Poison, "bad_json", 0)
	p.Noted(part(3), pipelines.Event{Kind: pipelines.Committed, N: 110, Value: 7, Stage: pipelines.StageCommit})

	want := `
# HELP sluice_committed_offset Offset below which everything is settled and committed.
# TYPE sluice_committed_offset gauge
sluice_committed_offset{partition="driver.pings/3",pipeline="gps-live"} 110
# HELP sluice_lag_records Records behind the newest.
# TYPE sluice_lag_records gauge
sluice_lag_records{partition="driver.pings/3",pipeline="gps-live"} 7
# HELP sluice_records_consumed_total Records read from the source.
# TYPE sluice_records_consumed_total counter
sluice_records_consumed_total{pipeline="gps-live"} 10
# HELP sluice_records_total Records by what became of them; their sum is that of the consumed ones at any rest.
# TYPE sluice_records_total counter
sluice_records_total{pipeline="gps-live",reason="",verdict="stored"} 6
sluice_records_total{pipeline="gps-live",reason="age",verdict="stale"} 3
sluice_records_total{pipeline="gps-live",reason="bad_json",verdict="poison"} 1
`
	err := testutil.GatherAndCompare(reg, strings.NewReader(want),
		"sluice_records_consumed_total", "sluice_records_total", "sluice_lag_records", "sluice_committed_offset")
	if err != nil {
		t.Error(err)
	}
	s := p.Snapshot()
	if s.Consumed != 10 || s.Records("stored") != 6 || s.Records("stale") != 3 || s.Records("poison") != 1 {
		t.Errorf("snapshot %+v", s)
	}
	p.Noted(part(4), pipelines.Event{Kind: pipelines.Abandoned, Stage: pipelines.StageCommit, N: 0, Value: 5})
	if s := p.Snapshot(); s.Uncommitted != 5 || s.Records("unsettled") != 0 {
		t.Errorf("%d uncommitted, %d unsettled", s.Uncommitted, s.Records("unsettled"))
	}
	if len(s.Partitions) != 1 || s.Partitions[0].Committed != 110 || s.Partitions[0].Lag != 7 || s.Partitions[0].Consumed != 10 {
		t.Errorf("partitions %+v", s.Partitions)
	}
}

func TestCountsAddUpFromManyLanes(t *testing.T) {
	p, _, _ := newPipeline(t, telemetry.PipelineConfig{})
	var lanes sync.WaitGroup
	for id := range int32(8) {
		lanes.Go(func() {
			p.Noted(part(id), pipelines.Event{Kind: pipelines.Assigned})
			for range 500 {
				p.Noted(part(id), pipelines.Event{Kind: pipelines.Consumed, N: 3})
				p.Settled(part(id), pipelines.Stored, "", 2)
				p.Settled(part(id), pipelines.Duplicate, "exists", 1)
			}
			p.Noted(part(id), pipelines.Event{Kind: pipelines.Drained})
		})
	}
	lanes.Wait()
	s := p.Snapshot()
	if s.Consumed != 8*1500 || s.Records("stored") != 8*1000 || s.Records("duplicate") != 8*500 {
		t.Errorf("got %+v", s)
	}
	if len(s.Partitions) != 0 {
		t.Errorf("partitions that have gone are still there: %+v", s.Partitions)
	}
}

func TestSeriesOfAPartitionGoWithIt(t *testing.T) {
	p, reg, _ := newPipeline(t, telemetry.PipelineConfig{})
	for id := range int32(2) {
		p.Noted(part(id), pipelines.Event{Kind: pipelines.Assigned})
		p.Noted(part(id), pipelines.Event{Kind: pipelines.Pulse, N: 5, Took: 2 * time.Second, Value: 9})
	}
	if n := series(t, reg, "sluice_oldest_unsettled_seconds"); n != 2 {
		t.Fatalf("%d series before, want 2", n)
	}
	p.Noted(part(0), pipelines.Event{Kind: pipelines.Abandoned, N: 5})
	p.Settled(part(0), pipelines.Unsettled, "", 5)
	for _, name := range []string{"sluice_oldest_unsettled_seconds", "sluice_lag_records", "sluice_unsettled_records"} {
		if n := series(t, reg, name); n != 1 {
			t.Errorf("%s: %d series after, want 1", name, n)
		}
	}
	s := p.Snapshot()
	if got := s.Records("unsettled"); got != 5 {
		t.Errorf("a late verdict counts %d records, want 5", got)
	}
}

func series(t *testing.T, reg *prometheus.Registry, name string) int {
	t.Helper()
	n, err := testutil.GatherAndCount(reg, name)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReasonsAreBounded(t *testing.T) {
	p, reg, _ := newPipeline(t, telemetry.PipelineConfig{MaxReasons: 4})
	for i := range 100 {
		p.Settled(part(0), pipelines.Poison, fmt.Sprintf("strange-%d", i), 1)
	}
	if n := series(t, reg, "sluice_records_total"); n != 5 {
		t.Errorf("%d series, want 4 and other", n)
	}
	s := p.Snapshot()
	if got := s.Records("poison"); got != 100 {
		t.Errorf("%d records, want 100", got)
	}
}

func TestLaneStateIsTheWorst(t *testing.T) {
	p, _, _ := newPipeline(t, telemetry.PipelineConfig{})
	p.Noted(part(0), pipelines.Event{Kind: pipelines.Assigned})
	steps := []struct {
		kind pipelines.Kind
		want telemetry.State
	}{
		{pipelines.Blocked, telemetry.StateBlocked},
		{pipelines.Retrying, telemetry.StateRetrying},
		{pipelines.Stalled, telemetry.StateStalled},
		{pipelines.RefusedBy, telemetry.StateRefused},
		{pipelines.Accepted, telemetry.StateStalled},
		{pipelines.Moving, telemetry.StateBlocked},
		{pipelines.Flowing, telemetry.StateFlowing},
	}
	for _, step := range steps {
		p.Noted(part(0), pipelines.Event{Kind: step.kind})
		if got := p.Snapshot().Partitions[0].State; got != step.want {
			t.Errorf("after event %d: %s, want %s", step.kind, got, step.want)
		}
	}
}

func TestFreshnessIsMergedAndCumulative(t *testing.T) {
	p, reg, _ := newPipeline(t, telemetry.PipelineConfig{})
	var fresh pipelines.Freshness
	for _, age := range []int64{5, 20, 20, 7_200_000} {
		fresh.Add(age)
	}
	p.Wrote(part(0), pipelines.Attempt{Writes: 4, Bytes: 400, Took: time.Millisecond, Fresh: fresh})
	p.Wrote(part(1), pipelines.Attempt{Writes: 4, Bytes: 400, Took: time.Millisecond, Fresh: fresh, Err: errors.New("late")})
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "sluice_freshness_stored_seconds" {
			continue
		}
		h := f.GetMetric()[0].GetHistogram()
		if h.GetSampleCount() != 8 || h.GetBucket()[0].GetCumulativeCount() != 2 || h.GetBucket()[1].GetCumulativeCount() != 6 {
			t.Errorf("histogram %v", h)
		}
		if got, want := h.GetSampleSum(), 2*7200.045; got < want-.001 || got > want+.001 {
			t.Errorf("sum %v s, want %v", got, want)
		}
		return
	}
	t.Error("no freshness histogram")
}

func TestSampleIsHandedOn(t *testing.T) {
	var got []string
	p, _, _ := newPipeline(t, telemetry.PipelineConfig{Sampled: func(w pipelines.Write) { got = append(got, string(w.Key)) }})
	p.Wrote(part(0), pipelines.Attempt{})
	p.Wrote(part(0), pipelines.Attempt{Sample: pipelines.Write{Key: []byte("D1")}})
	if len(got) != 1 || got[0] != "D1" {
		t.Errorf("sampled %q", got)
	}
}

func TestNameIsRequiredAndUnique(t *testing.T) {
	reg := prometheus.NewRegistry()
	if _, err := telemetry.NewPipeline(telemetry.PipelineConfig{}, reg, zap.NewNop()); err == nil {
		t.Error("a pipeline without a name was accepted")
	}
	cfg := telemetry.PipelineConfig{Name: "a"}
	if _, err := telemetry.NewPipeline(cfg, reg, zap.NewNop()); err != nil {
		t.Error(err)
	}
	if _, err := telemetry.NewPipeline(cfg, reg, zap.NewNop()); err == nil {
		t.Error("the same pipeline was registered twice")
	}
	cfg.Name = "b"
	if _, err := telemetry.NewPipeline(cfg, reg, zap.NewNop()); err != nil {
		t.Errorf("a second pipeline beside the first: %v", err)
	}
}
