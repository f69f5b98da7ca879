package kafka

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/internal/stacktest"
)

func inspectorOf(t *testing.T, cfg Config) *Inspector {
	t.Helper()
	look, err := NewInspector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, look) })
	return look
}

func TestDialSaysHowFarItCame(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(t.TempDir()), kfake.EnableSASL(), kfake.Superuser(string(ScramSHA256), "sluice", "right"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	closing(t, listener)
	addr, right := cluster.ListenAddrs()[0], SASL{Mechanism: ScramSHA256, User: "sluice", Password: "right"}
	wrong := SASL{Mechanism: ScramSHA256, User: "sluice", Password: "wrong"}
	for name, c := range map[string]struct {
		addr string
		cfg  Config
		want Step
	}{
		"right":        {addr, Config{SASL: right}, ""},
		"hung up on":   {addr, Config{SASL: wrong}, Asking}, // a real Kafka says why
		"no TLS there": {addr, Config{SASL: right, TLS: TLS{Enabled: true}}, Securing},
		"nobody there": {closed, Config{}, Dialling},
		"no such host": {"nowhere.invalid:9092", Config{}, Resolving},
		"no port":      {"nowhere", Config{}, Resolving},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.Brokers, c.cfg.DialTimeout = []string{addr}, 500*time.Millisecond
			tooOld, err := inspectorOf(t, c.cfg).Dial(t.Context(), c.addr)
			var failed *DialError
			if c.want == "" {
				if err != nil || len(tooOld) > 0 {
					t.Errorf("too old for %v, %v", tooOld, err)
				}
			} else if !errors.As(err, &failed) || failed.Step != c.want {
				t.Errorf("%v, want the step %s", err, c.want)
			}
		})
	}
}

func TestOutdated(t *testing.T) {
	if got := outdated(nil); len(got) != 7 {
		t.Errorf("a broker that knows nothing: %v", got)
	}
}

func TestInspectOnFake(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	inspects(t, Config{Brokers: cluster.ListenAddrs(), TopicPrefix: "i-"})
}

// A topic that sets no retention has the broker's, and its own when it sets one: even Kafka's default.
func TestATopicsRetentionIsTheOneInForce(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(t.TempDir()), kfake.BrokerConfigs(map[string]string{"log.retention.ms": "86400000"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	cfg := Config{Brokers: cluster.ListenAddrs()}
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close() //nolint:errcheck // of the test's own connection
	week := map[string]string{"retention.ms": "604800000"}
	if _, err := admin.Setup(t.Context(), []TopicSpec{
		{Name: "plain", Partitions: 1, Replication: 1}, {Name: "week", Partitions: 1, Replication: 1, Settings: week},
	}); err != nil {
		t.Fatal(err)
	}
	look := inspectorOf(t, cfg)
	for topic, want := range map[string]string{"plain": "86400000", "week": "604800000"} {
		state, err := look.Topic(t.Context(), topic, []string{"retention.ms"})
		if err != nil || len(state.Settings) != 1 || state.Settings["retention.ms"] != want {
			t.Errorf("%s: %v, %v, want %s alone", topic, state.Settings, err, want)
		}
	}
}

func TestInspectOnKafka(t *testing.T) {
	inspects(t, Config{Brokers: stacktest.Kafka(t), TopicPrefix: time.Now().Format("inspect-150405.000000-")})
}

func inspects(t *testing.T, cfg Config) {
	look := inspectorOf(t, cfg)
	if state, err := look.Topic(t.Context(), "pings", nil); err != nil || !state.Missing {
		t.Errorf("before it is made: %+v, %v", state, err)
	}
	if _, err := look.Lag(t.Context(), cfg.TopicPrefix+"g", "pings"); !IsMissing(err) {
		t.Errorf("lag of a missing topic: %v", err)
	}
	makeTopic(t, cfg, "pings", 2)
	state, err := look.Topic(t.Context(), "pings", []string{"retention.ms", "cleanup.policy"})
	if err != nil || len(state.Partitions) != 2 || !state.Partitions[0].Leader || state.Partitions[0].InSync != 1 || state.Settings["cleanup.policy"] != "delete" {
		t.Errorf("%+v, %v", state, err)
	}
	found, err := look.Cluster(t.Context())
	if err != nil || len(found.Brokers) != 1 || found.Addrs[found.Controller] == "" {
		t.Errorf("%+v, %v", found, err)
	}
	if settings, err := look.BrokerSettings(t.Context(), found.Brokers[0], []string{"auto.create.topics.enable"}); err != nil || len(settings) > 1 {
		t.Errorf("%v, %v", settings, err)
	}
	if disks, err := look.Disks(t.Context(), found.Brokers); err != nil || len(disks) != 1 || disks[0].Path == "" || disks[0].Spare == 0 {
		t.Errorf("%+v, %v", disks, err)
	}
	if group, err := look.Group(t.Context(), cfg.TopicPrefix+"g"); err != nil || len(group.Members) != 0 || group.State != "Dead" {
		t.Errorf("%+v, %v", group, err)
	}
	before := time.Now().Add(-time.Second)
	publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 10)
	lags, err := look.Lag(t.Context(), cfg.TopicPrefix+"g", "pings")
	if err != nil || lags[0].Lag+lags[1].Lag != 10 {
		t.Fatalf("%+v, %v", lags, err)
	}
	for _, lag := range lags {
		at, err := look.RecordTime(t.Context(), "pings", lag.Partition, lag.End-1)
		if lag.Lag > 0 && (err != nil || at.Before(before) || time.Until(at) > time.Second) {
			t.Errorf("the newest record of partition %d: %s, %v", lag.Partition, at, err)
		}
	}
}
