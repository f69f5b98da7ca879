package kafka

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/internal/stacktest"
)

func TestSASL(t *testing.T) {
	for _, mechanism := range []Mechanism{Plain, ScramSHA256, ScramSHA512} {
		t.Run(string(mechanism), func(t *testing.T) {
			cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(t.TempDir()),
				kfake.EnableSASL(), kfake.Superuser(string(mechanism), "sluice", "right"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(cluster.Close)
			cfg := Config{Brokers: cluster.ListenAddrs(), SASL: SASL{Mechanism: mechanism, User: "sluice", Password: "right"}}
			throughAndThrough(t, cfg)

			cfg.SASL.Password = "wr0ng"
			err = ping(t, cfg)
			if err == nil {
				t.Fatal("a wrong password was accepted")
			}
			if strings.Contains(err.Error(), "wr0ng") {
				t.Errorf("the password shows in %v", err)
			}
		})
	}
}

func TestSASLAndTLSReal(t *testing.T) {
	for _, mechanism := range []Mechanism{Plain, ScramSHA256, ScramSHA512} {
		t.Run(string(mechanism), func(t *testing.T) {
			throughAndThrough(t, Config{
				Brokers:     stacktest.KafkaSASL(t),
				TopicPrefix: fmt.Sprintf("ksasl-%d-", time.Now().UnixNano()),
				TLS:         TLS{Enabled: true, CAFile: stacktest.Value(t, "SLUICE_TEST_KAFKA_CA", "its authority")},
				SASL: SASL{
					Mechanism: mechanism, User: stacktest.Value(t, "SLUICE_TEST_KAFKA_USER", "its user"),
					Password: Secret(stacktest.Value(t, "SLUICE_TEST_KAFKA_PASSWORD", "its password")),
				},
			})
		})
	}
}

func TestTLSRefusesAnUnknownAuthority(t *testing.T) {
	cfg := Config{Brokers: stacktest.KafkaSASL(t), TLS: TLS{Enabled: true}}
	if err := ping(t, cfg); err == nil {
		t.Fatal("a certificate of an unknown authority was accepted")
	}
}

// throughAndThrough publishes and reads back.
func throughAndThrough(t *testing.T, cfg Config) {
	t.Helper()
	makeTopic(t, cfg, "pings", 1)
	publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 10)
	if got := firstRecord(t, cfg, "pings"); string(got.Value) != "value-0" {
		t.Errorf("read back %q", got.Value)
	}
}

func ping(t *testing.T, cfg Config) error {
	t.Helper()
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return admin.Ping(ctx)
}
