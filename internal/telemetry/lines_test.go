package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"sluice/internal/telemetry"
	"sluice/pipelines"
)

func TestRefusalIsLoudAndNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, logs := newPipeline(t, telemetry.PipelineConfig{LogEvery: 10 * time.Second})
		refuse := pipelines.Event{Kind: pipelines.RefusedBy, Stage: pipelines.StageSink, N: 5, Reason: "security_exception", Err: errors.New("writing: 401")}
		for range 50 {
			p.Noted(part(1), refuse)
		}
		if logs.Len() != 1 {
			t.Fatalf("%d lines at once, want 1", logs.Len())
		}
		time.Sleep(11 * time.Second)
		p.Noted(part(2), refuse)
		all := logs.All()
		if len(all) != 2 {
			t.Fatalf("%d lines after the interval, want 2", len(all))
		}
		fields := all[1].ContextMap()
		for name, want := range map[string]any{
			"pipeline": "gps-live", "partition": "driver.pings/2", "stage": "sink", "reason": "security_exception", "alike": int64(49),
		} {
			if fields[name] != want {
				t.Errorf("field %s is %v, want %v", name, fields[name], want)
			}
		}
		if all[1].Level != zap.ErrorLevel {
			t.Errorf("level %s, want error", all[1].Level)
		}
	})
}

func TestWhatANumberIsOfIsSaid(t *testing.T) {
	p, _, logs := newPipeline(t, telemetry.PipelineConfig{})
	for want, event := range map[string]pipelines.Event{
		"offset":      {Kind: pipelines.Failed, Stage: pipelines.StageCommit, N: 9, Err: errors.New("committing: away")},
		"records":     {Kind: pipelines.Failed, Stage: pipelines.StageSettle, N: 9, Err: errors.New("dead-lettering: away")},
		"uncommitted": {Kind: pipelines.Abandoned, Stage: pipelines.StageCommit, Value: 9},
	} {
		p.Noted(part(0), event)
		all := logs.TakeAll()
		if len(all) != 1 {
			t.Fatalf("%d lines of %+v", len(all), event)
		}
		for _, name := range []string{"offset", "records", "uncommitted"} {
			if got, there := all[0].ContextMap()[name]; there != (name == want) || there && got != int64(9) {
				t.Errorf("%s is %v in the line of %+v", name, got, event)
			}
		}
	}
}

func TestDeadLettersAreToldByReason(t *testing.T) {
	p, _, logs := newPipeline(t, telemetry.PipelineConfig{})
	for range 20 {
		p.Settled(part(0), pipelines.Poison, "bad_json", 1)
		p.Settled(part(0), pipelines.Poison, "null_island", 1)
	}
	if logs.Len() != 2 {
		t.Fatalf("%d lines, want one per reason", logs.Len())
	}
	if got := logs.All()[0].ContextMap()["verdict"]; got != "poison" {
		t.Errorf("verdict %v", got)
	}
	unsaid, _, none := newPipeline(t, telemetry.PipelineConfig{DeadQuiet: true})
	unsaid.Settled(part(0), pipelines.Poison, "bad_json", 1)
	if s := unsaid.Snapshot(); none.Len() != 0 || s.Records("poison") != 1 {
		t.Errorf("said by somebody else: %d lines, %d counted", none.Len(), s.Records("poison"))
	}
}

func TestWhatHappensOftenWritesNoLine(t *testing.T) {
	p, _, logs := newPipeline(t, telemetry.PipelineConfig{})
	for _, kind := range []pipelines.Kind{pipelines.Consumed, pipelines.Committed, pipelines.Unknown, pipelines.Pulse} {
		p.Noted(part(0), pipelines.Event{Kind: kind, N: 1})
	}
	p.Settled(part(0), pipelines.Stored, "", 5)
	if logs.Len() != 0 {
		t.Errorf("lines: %v", logs.All())
	}
}

func TestLoggerRefusesWhatItDoesNotKnow(t *testing.T) {
	_, err := telemetry.NewLogger(telemetry.LogConfig{Level: "loud", Format: "xml"}, &bytes.Buffer{})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{`"loud"`, `"xml"`} {
		if !bytes.Contains([]byte(err.Error()), []byte(part)) {
			t.Errorf("error %q does not name %s", err, part)
		}
	}
}

func TestLoggerWritesJSONWhereNobodyWatches(t *testing.T) {
	var out bytes.Buffer
	log, err := telemetry.NewLogger(telemetry.LogConfig{}, &out)
	if err != nil {
		t.Fatal(err)
	}
	log.Debug("not this")
	log.Info("ready", zap.String("pipeline", "gps-live"))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v in %q", err, out.String())
	}
	if line["msg"] != "ready" || line["pipeline"] != "gps-live" || line["level"] != "info" {
		t.Errorf("line %v", line)
	}
}
