package kafka

import (
	"context"
	"io"
	"testing"
	"time"

	"sluice/pipelines"
)

// makeTopic makes a topic, and removes it after the test.
func makeTopic(t testing.TB, cfg Config, name string, partitions int32) {
	t.Helper()
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, brokers, err := admin.connect()
		if err == nil {
			err = brokers.DeleteTopic(cfg.topic(name))
		}
		if err != nil {
			t.Errorf("removing topic %s: %v", name, err)
		}
		closing(t, admin)
	})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := admin.Setup(ctx, []TopicSpec{{Name: name, Partitions: partitions, Replication: 1}}); err != nil {
		t.Fatal(err)
	}
}

func closing(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
}

// failing fails the test when the group reports anything.
type failing struct{ t testing.TB }

func (f failing) GroupFailed(err error) { f.t.Errorf("group: %v", err) }
func (f failing) GroupGap(part pipelines.Partition, from, to int64, why string) {
	f.t.Errorf("gap in %v: [%d, %d) %s", part, from, to, why)
}

func (f failing) GroupSkipped(part pipelines.Partition, from, to int64, reason string, err error) {
	f.t.Errorf("skipped in %v: [%d, %d): %s: %v", part, from, to, reason, err)
}
