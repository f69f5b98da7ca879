package kafka

import (
	"errors"
	"strings"
	"testing"

	"github.com/IBM/sarama"
)

func TestBrokersThatAreAwayAreOneLine(t *testing.T) {
	admin, err := NewAdmin(Config{Brokers: []string{"127.0.0.1:1", "127.0.0.1:2"}})
	if err != nil {
		t.Fatal(err)
	}
	err = admin.Ping(t.Context())
	if !errors.Is(err, sarama.ErrOutOfBrokers) {
		t.Fatalf("the cause is lost: %v", err)
	}
	text := err.Error()
	for _, want := range []string{"no broker answers at 127.0.0.1:1, 127.0.0.1:2", "refused", "kafka.brokers", "sluice doctor"} {
		if !strings.Contains(text, want) || strings.Contains(text, "\n") {
			t.Errorf("said %q, want %q in one line", text, want)
		}
	}
}
