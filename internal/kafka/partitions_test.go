package kafka

import (
	"maps"
	"testing"
)

func TestPartitions(t *testing.T) {
	_, cfg := fakeCluster(t)
	cfg.TopicPrefix = "stage-"
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	if _, err := admin.Setup(t.Context(), []TopicSpec{{Name: "pings", Partitions: 3, Replication: 1}, {Name: "ticks", Partitions: 1, Replication: 1}}); err != nil {
		t.Fatal(err)
	}
	got, err := admin.Partitions(t.Context(), []string{"pings", "ticks", "nothing"})
	if want := map[string]int{"pings": 3, "ticks": 1, "nothing": 0}; err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
