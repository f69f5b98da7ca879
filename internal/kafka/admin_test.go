package kafka

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestSetupReportsWhatDiffers(t *testing.T) {
	_, cfg := fakeCluster(t)
	cfg.TopicPrefix = "stage-"
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	spec := TopicSpec{Name: "pings", Partitions: 3, Replication: 1, Settings: map[string]string{"retention.ms": "3600000"}}
	for run, created := range []bool{true, false} {
		reports, err := admin.Setup(t.Context(), []TopicSpec{spec})
		if err != nil {
			t.Fatal(err)
		}
		if len(reports) != 1 || reports[0].Created != created || len(reports[0].Differs) != 0 {
			t.Errorf("run %d reports %+v", run, reports)
		}
	}
	spec.Partitions, spec.Settings["retention.ms"] = 6, "7200000"
	reports, err := admin.Setup(t.Context(), []TopicSpec{spec})
	if err != nil {
		t.Fatal(err)
	}
	want := []Difference{{What: "partitions", Wanted: "6", Have: "3"}, {What: "retention.ms", Wanted: "7200000", Have: "3600000"}}
	if got := reports[0].Differs; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("differences %+v, want %+v", got, want)
	}
}

func TestPing(t *testing.T) {
	_, cfg := fakeCluster(t)
	for _, c := range []struct {
		name   string
		broker string
		ready  bool
	}{{"a broker", cfg.Brokers[0], true}, {"nobody", closedPort(t), false}} {
		t.Run(c.name, func(t *testing.T) {
			admin, err := NewAdmin(Config{Brokers: []string{c.broker}})
			if err != nil {
				t.Fatal(err)
			}
			defer closing(t, admin)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if err := admin.Ping(ctx); (err == nil) != c.ready {
				t.Errorf("Ping gave %v", err)
			}
		})
	}
}

// A question whose asker has left may come to dial only when all is closed.
func TestAClosedAdminDialsNoMore(t *testing.T) {
	_, cfg := fakeCluster(t)
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := admin.Ping(t.Context()); !errors.Is(err, errAdminClosed) {
		t.Errorf("after closing: %v", err)
	}
}
