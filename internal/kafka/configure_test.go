package kafka

import "testing"

func TestAValueOfATopicIsSetAndTakenBack(t *testing.T) {
	_, cfg := fakeCluster(t)
	cfg.TopicPrefix = "stage-"
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	spec := TopicSpec{Name: "pings", Partitions: 1, Replication: 1, Settings: map[string]string{"retention.ms": "3600000"}}
	have := func() string {
		t.Helper()
		reports, err := admin.Setup(t.Context(), []TopicSpec{spec})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range reports[0].Differs {
			return d.Have
		}
		return "3600000"
	}
	usual := "604800000"
	for _, c := range [][2]string{{"", "3600000"}, {"7200000", "7200000"}, {"3600000", "3600000"}} {
		if c[0] != "" {
			if err := admin.Configure(t.Context(), "pings", "retention.ms", c[0]); err != nil {
				t.Fatal(err)
			}
		}
		if got := have(); got != c[1] {
			t.Errorf("set to %q it is %s, want %s", c[0], got, c[1])
		}
	}
	if err := admin.Configure(t.Context(), "pings", "retention.ms", ""); err != nil {
		t.Fatal(err)
	}
	if got := have(); got != usual {
		t.Errorf("taken back it is %s, want the broker's %s", got, usual)
	}
	if err := admin.Configure(t.Context(), "nobody", "retention.ms", "1"); err == nil {
		t.Error("a topic that is not there was set")
	}
}
