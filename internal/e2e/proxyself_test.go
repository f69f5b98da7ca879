package e2e

import (
	"testing"

	"github.com/IBM/sarama"

	"sluice/internal/stacktest"
)

// The proxy itself is tested first: an outage test through a proxy that a client walks
// round would prove nothing.
func TestKafkaProxyIsOnTheOnlyWay(t *testing.T) {
	p := newProxy(t, stacktest.Kafka(t)[0], relayKafka)
	conf := sarama.NewConfig()
	conf.Metadata.Retry.Max, conf.Producer.Retry.Max = 0, 0
	client, err := sarama.NewClient([]string{p.address}, conf)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, broker := range client.Brokers() {
		if broker.Addr() != p.address {
			t.Errorf("a broker is at %s, past the proxy", broker.Addr())
		}
	}
	if _, err := client.Coordinator("nobody"); err != nil {
		t.Errorf("asking for a coordinator through the proxy: %v", err)
	}
	p.cut()
	if err := client.RefreshMetadata(); err == nil {
		t.Error("metadata came through a proxy that was cut")
	}
	p.heal()
	until(t, "the proxy to pass again", func() error { return client.RefreshMetadata() })
}
