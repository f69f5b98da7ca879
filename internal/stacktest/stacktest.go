// Package stacktest tells tests where the real servers are. `make test` starts them with
// ops/stack and sets the variables; without them a test says what it waits for and is
// skipped, unless SLUICE_TEST_REQUIRE is set: then nothing is skipped for want of a server.
package stacktest

import (
	"os"
	"strings"
	"testing"
)

// Kafka returns the brokers of a real Kafka (SLUICE_TEST_KAFKA, comma separated).
func Kafka(t testing.TB) []string {
	t.Helper()
	return addresses(t, "SLUICE_TEST_KAFKA", "a real Kafka")
}

// KafkaSASL returns the brokers of a real Kafka that wants TLS and SASL (SLUICE_TEST_KAFKA_SASL).
func KafkaSASL(t testing.TB) []string {
	t.Helper()
	return addresses(t, "SLUICE_TEST_KAFKA_SASL", "a real Kafka with TLS and SASL")
}

// Elastic returns the URLs of a real Elasticsearch (SLUICE_TEST_ELASTIC, comma separated).
func Elastic(t testing.TB) []string {
	t.Helper()
	return addresses(t, "SLUICE_TEST_ELASTIC", "a real Elasticsearch")
}

// Redis returns the address of a real Redis (SLUICE_TEST_REDIS, host:port).
func Redis(t testing.TB) string {
	t.Helper()
	return addresses(t, "SLUICE_TEST_REDIS", "a real Redis")[0]
}

// Value returns one setting of the stack, by its variable's name.
func Value(t testing.TB, variable, what string) string {
	t.Helper()
	return addresses(t, variable, what)[0]
}

func addresses(t testing.TB, variable, what string) []string {
	t.Helper()
	value := os.Getenv(variable)
	if value != "" {
		return strings.Split(value, ",")
	}
	if os.Getenv("SLUICE_TEST_REQUIRE") != "" {
		t.Fatalf("%s is not set, and SLUICE_TEST_REQUIRE asks for %s", variable, what)
	}
	t.Skipf("waits for %s: ops/stack/stack up, then %s=…", what, variable)
	return nil
}
