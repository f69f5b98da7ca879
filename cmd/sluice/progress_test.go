package main

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/internal/broker"
	"sluice/internal/kafka"
	"sluice/internal/progress"
	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/schemas"
)

// embeddedKafka runs sluice's own broker and gives the environment that reaches it, and its settings.
func embeddedKafka(t *testing.T) ([]string, *config) {
	t.Helper()
	observer, err := telemetry.NewBroker(prometheus.NewRegistry(), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	b, err := broker.New(broker.Config{Listen: "127.0.0.1:0", Dir: t.TempDir()}, brokerObserver{observer})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	environ := []string{"SLUICE_KAFKA_BROKERS=" + b.Addr(), "SLUICE_TOPIC_PREFIX=p.", "SLUICE_TOPIC_PARTITIONS=2"}
	cfg, err := loadConfig("", environ)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := setupKafka(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	return environ, cfg
}

// TestLagOfARealTopic: ten pings, four of them committed.
func TestLagOfARealTopic(t *testing.T) {
	environ, cfg := embeddedKafka(t)
	publisher, err := kafka.NewPublisher(cfg.kafka(), cfg.publisher())
	if err != nil {
		t.Fatal(err)
	}
	records := make([]pipelines.Record, 10)
	for i := range records {
		records[i] = pipelines.Record{Key: []byte("D1"), Value: []byte("{}")}
	}
	began := time.Now()
	if err := errors.Join(publisher.Publish(t.Context(), schemas.TopicPings, records), publisher.Close()); err != nil {
		t.Fatal(err)
	}
	asked, closer, err := newKafkaProgress(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := closer(); err != nil {
			t.Error(err)
		}
	}()
	source := cfg.sources(cfg.chosen(nil))[0]
	at := furthestOf(t, asked, source)
	if err := asked.admin.PutPlaces(t.Context(), source.Group, schemas.TopicPings, []kafka.Place{{Partition: at.Partition, Next: 4}}); err != nil {
		t.Fatal(err)
	}
	if got := furthestOf(t, asked, source); got.Committed != 4 || got.End != 10 || got.Lag() != 6 {
		t.Errorf("%+v", got)
	}
	written, err := asked.Written(t.Context(), source, at.Partition, 4)
	if err != nil || written.Before(began.Add(-time.Second)) || written.After(time.Now().Add(time.Second)) {
		t.Errorf("written at %s: %v", written, err)
	}
	code, stdout, stderr := execute(t, environ, "lag", "--interval", "0", "--json", "--max", "5", "--pipelines", source.Pipeline)
	var said lagJSON
	if err := json.Unmarshal([]byte(stdout), &said); err != nil || code != exitFound {
		t.Fatalf("exit code %d: %v: %s%s", code, err, stdout, stderr)
	}
	if p := said.Pipelines[0]; p.Lag != 6 || p.OldestUnsettledMS == nil || p.RatePerSecond != nil || p.Topic != "p.driver.pings" || len(p.Partitions) != 2 {
		t.Errorf("%s", stdout)
	}
}

// furthestOf is the partition with the greatest lag.
func furthestOf(t *testing.T, k progress.Kafka, s progress.Source) progress.Offsets {
	t.Helper()
	all, err := k.Offsets(t.Context(), s)
	if err != nil || len(all) == 0 {
		t.Fatalf("%v: %v", all, err)
	}
	worst := all[0]
	for _, o := range all {
		if o.Lag() > worst.Lag() {
			worst = o
		}
	}
	return worst
}

func TestLocalProgress(t *testing.T) {
	observer, err := telemetry.NewPipeline(telemetry.PipelineConfig{Name: "gps-live"}, prometheus.NewRegistry(), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	part := pipelines.Partition{Topic: "p.driver.pings", ID: 11}
	for _, e := range []pipelines.Event{
		{Kind: pipelines.Assigned},
		{Kind: pipelines.Consumed, N: 9},
		{Kind: pipelines.Committed, N: 70, Value: 3},
		{Kind: pipelines.Pulse, N: 3, Value: 5, Took: 2 * time.Second},
		{Kind: pipelines.Retrying, N: 2, Reason: "busy"},
	} {
		observer.Noted(part, e)
	}
	observer.Settled(part, pipelines.Stored, "", 6)
	lag, committed, oldest := int64(5), int64(70), int64(2000)
	want := []progress.Pipeline{{
		Pipeline: "gps-live", Consumed: 9, Verdicts: []progress.Count{{Verdict: "stored", Records: 6}},
		Partitions: []progress.Partition{{Partition: 11, State: "retrying", Lag: &lag, Committed: &committed, OldestUnsettledMS: &oldest}},
	}}
	if got := localProgress([]*telemetry.Pipeline{observer}); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, not\n%+v", got, want)
	}
}
