package kafka

import (
	"context"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

func TestDeadLetterKeepsRecordAndStory(t *testing.T) {
	_, cfg := fakeCluster(t)
	cfg.TopicPrefix = "stage-"
	topic := schemas.DeadTopic("gps-live")
	makeTopic(t, cfg, topic, 1)
	dead, err := NewDeadLetters(publisherOf(t, cfg, PublisherConfig{}), "gps-live")
	if err != nil {
		t.Fatal(err)
	}
	letter := pipelines.DeadLetter{
		Record: pipelines.Record{
			Offset: 42, Time: 1_790_000_000_123, Key: []byte("D1"), Value: []byte("{broken"),
			Headers: []pipelines.Header{{Key: schemas.HeaderReceivedAt, Value: []byte("1790000000124")}},
		},
		From: pipelines.Partition{Topic: "driver.pings", ID: 7}, Stage: pipelines.StageSink,
		Reason: "mapping", Status: 400, Detail: "a field does not fit", At: 1_790_000_000_999,
	}
	if err := dead.Publish(t.Context(), []pipelines.DeadLetter{letter}); err != nil {
		t.Fatal(err)
	}
	got := firstRecord(t, cfg, topic)
	if string(got.Key) != "D1" || string(got.Value) != "{broken" || got.Time != letter.Record.Time {
		t.Errorf("the record came back as %s %s %d", got.Key, got.Value, got.Time)
	}
	for name, want := range map[string]string{
		schemas.HeaderReceivedAt: "1790000000124", schemas.HeaderDeadReason: "mapping", schemas.HeaderDeadStage: "sink",
		schemas.HeaderDeadVerdict: "poison", schemas.HeaderDeadStatus: "400", schemas.HeaderDeadDetail: "a field does not fit",
		schemas.HeaderDeadTopic: "driver.pings", schemas.HeaderDeadPartition: "7", schemas.HeaderDeadOffset: "42",
		schemas.HeaderDeadTime: "1790000000999", schemas.HeaderDeadPipeline: "gps-live", schemas.HeaderDeadWritten: "1790000000123",
	} {
		if have := string(got.Header(name)); have != want {
			t.Errorf("header %s is %q, want %q", name, have, want)
		}
	}
}

func firstRecord(t *testing.T, cfg Config, topic string) pipelines.Record {
	t.Helper()
	g, err := NewGroup(cfg, "reader", topic, GroupConfig{}, failing{t})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	dst := make([]pipelines.Record, 1)
	err = g.Run(ctx, func(ctx context.Context, _ pipelines.Partition, src pipelines.Source) error {
		defer stop()
		_, err := src.Poll(ctx, dst)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dst[0]
}
