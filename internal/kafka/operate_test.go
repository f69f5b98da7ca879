package kafka

import (
	"context"
	"testing"
	"time"

	"sluice/internal/pause"
	"sluice/internal/stacktest"
	"sluice/pipelines"
)

// What operators do to topics and groups, on a real Kafka.
func TestTopicsAndGroupsAreOperatedOn(t *testing.T) {
	b := newBroker(t, Config{Brokers: stacktest.Kafka(t)})
	topic := b.Topic(t, 2)
	admin, err := NewAdmin(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	do := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	lags := func() []PartitionLag {
		t.Helper()
		lags, err := admin.Lag(ctx, "nobody", topic)
		for ; err != nil && ctx.Err() == nil; pause.AtMost(ctx, commitRetryBase) { // leaders change hands
			lags, err = admin.Lag(ctx, "nobody", topic)
		}
		do("asking", err)
		return lags
	}
	for range 5 {
		b.Publish(t, topic, []pipelines.Record{{Key: []byte("a"), Value: []byte("x")}})
	}
	var at PartitionLag
	for _, lag := range lags() {
		if lag.End > 0 {
			at = lag
		}
	}
	if at.End != 5 {
		t.Fatalf("the end is %d", at.End)
	}
	do("deleting records", admin.DeleteRecords(ctx, topic, map[int32]int64{at.Partition: 3}))
	if got := lags()[at.Partition]; got.Start != 3 || got.End != 5 {
		t.Errorf("after deleting: %+v", got)
	}
	do("setting", admin.Configure(ctx, topic, "retention.ms", "3600000"))
	do("making anew", admin.Recreate(ctx, topic))
	_, cluster, err := admin.connect()
	do("connecting", err)
	have, err := settingsOf(cluster, b.cfg.topic(topic), []string{"retention.ms"})
	for ; err != nil && ctx.Err() == nil; pause.AtMost(ctx, commitRetryBase) { // not every broker knows of it yet
		have, err = settingsOf(cluster, b.cfg.topic(topic), []string{"retention.ms"})
	}
	do("asking for settings", err)
	got := lags()
	if len(got) != 2 || got[0].End+got[1].End != 0 || have["retention.ms"] != "3600000" {
		t.Errorf("anew it has %+v, retention %q", got, have["retention.ms"])
	}
	do("adding partitions", admin.AddPartitions(ctx, topic, 3))
	for ; len(lags()) != 3; pause.AtMost(ctx, commitRetryBase) {
		do("waiting for the third partition", ctx.Err())
	}
	if err := admin.Sweep(ctx, ""); err == nil {
		t.Error("everything was to be swept")
	}
}
