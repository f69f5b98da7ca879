package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/stacktest"
)

// examine runs the doctor and returns what it found, good findings aside.
func examine(t *testing.T, environ []string, args ...string) (code int, found []string) {
	t.Helper()
	code, stdout, stderr := execute(t, environ, append([]string{"doctor", "--json"}, args...)...)
	var report doctor.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatalf("exit code %d, %v: %s%s", code, err, stdout, stderr)
	}
	for _, f := range report.Findings {
		if f.Level != doctor.OK {
			found = append(found, strings.Join([]string{string(f.Level), f.What, f.Where, f.Text, f.Fix}, " | "))
		}
	}
	return code, found
}

func has(found []string, parts ...string) bool {
	return slices.ContainsFunc(found, func(f string) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(f, part) })
	})
}

// put sends JSON to Elasticsearch.
func put(t *testing.T, url, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("PUT %s: %d, %v", url, res.StatusCode, err)
	}
}

// What is missing or broken is found, and what the fix says mends it.
func TestDoctorOnRealServers(t *testing.T) {
	environ := space(t)
	prefix := strings.TrimPrefix(environ[2], "SLUICE_TOPIC_PREFIX=")
	url := stacktest.Elastic(t)[0]
	code, found := examine(t, environ)
	if code != exitFound || !has(found, "fail | topic | "+prefix+"driver.pings | is missing | sluice setup") ||
		!has(found, "fail | template", "index "+prefix+"positions is missing | sluice setup") || !has(found, "skip | group", "its topic is missing") {
		t.Errorf("before setup: exit code %d, %q", code, found)
	}
	if code, _, stderr := execute(t, environ, "setup"); code != exitDone {
		t.Fatal(stderr)
	}
	if code, found := examine(t, environ); code != exitDone || has(found, "fail |") {
		t.Errorf("after setup: exit code %d, %q", code, found)
	}
	settings := url + "/" + prefix + "positions/_settings"
	put(t, settings, `{"index.blocks.read_only_allow_delete":true,"index.translog.durability":"async","index.refresh_interval":"30s"}`)
	code, found = examine(t, append(environ, "SLUICE_TOPIC_PARTITIONS=3", "SLUICE_TOPIC_MAX_MESSAGE=2MiB"))
	for _, want := range [][]string{
		{"warn", prefix + "driver.pings", "has 2 partitions, topic.partitions says 3"},
		{"fail", prefix + "driver.pings", "max.message.bytes is 1048576, wanted 2097152"},
		{"fail", "closed to writing", `"index.blocks.read_only_allow_delete":null`},
		{"fail", "asynchronous translog", `{"index.translog.durability":"request"}`},
		{"warn", "another refresh interval", `{"index.refresh_interval":"1000ms"}`},
	} {
		if code != exitFound || !has(found, want...) {
			t.Errorf("exit code %d, nothing of %q in %q", code, want, found)
		}
	}
	put(t, settings, `{"index.blocks.read_only_allow_delete":null,"index.blocks.read_only":null,"index.blocks.write":null}`)
	put(t, settings, `{"index.translog.durability":"request"}`)
	put(t, settings, `{"index.refresh_interval":"1000ms"}`)
	if code, found := examine(t, environ); code != exitDone || has(found, "fail |") || has(found, "refresh") {
		t.Errorf("mended: exit code %d, %q", code, found)
	}
}

// Servers that are away are said, what depends on them is skipped, and it takes no longer
// than a run may.
func TestDoctorWithoutServers(t *testing.T) {
	from := time.Now()
	code, found := examine(t, []string{
		"SLUICE_KAFKA_BROKERS=127.0.0.1:1,127.0.0.1:2", "SLUICE_ELASTIC_URLS=http://127.0.0.1:1",
		"SLUICE_HTTP_LISTEN=127.0.0.1:0", "SLUICE_OPS_LISTEN=127.0.0.1:0", "SLUICE_KEYS_FILE=/does/not/exist",
	})
	for _, want := range [][]string{
		{"fail | kafka | 127.0.0.1:1 | dialling"},
		{"fail | kafka | 127.0.0.1:2 | dialling"},
		{"skip | topic | driver.pings | skipped: Kafka does not answer"},
		{"fail | elastic | http://127.0.0.1:1"},
		{"skip | template", "Elasticsearch does not answer"},
		{"fail | keys | /does/not/exist"},
	} {
		if code != exitFound || !has(found, want...) {
			t.Errorf("exit code %d, nothing of %q in %q", code, want, found)
		}
	}
	if took := time.Since(from); took > 15*time.Second {
		t.Errorf("took %s", took)
	}
	code, found = examine(t, []string{"SLUICE_KAFKA_BROKERS=127.0.0.1:1"}, "--data", "/does/not/exist")
	if code != exitFound || !has(found, "fail | kafka", "sluice up --data /does/not/exist") || !has(found, "fail | data | /does/not/exist | does not exist") || has(found, "elastic") {
		t.Errorf("embedded: exit code %d, %q", code, found)
	}
}

func TestDoctorFindsWrongCredentials(t *testing.T) {
	environ := []string{
		"SLUICE_KAFKA_BROKERS=" + strings.Join(stacktest.KafkaSASL(t), ","), "SLUICE_ELASTIC_URLS=http://127.0.0.1:1",
		"SLUICE_KAFKA_SASL_MECHANISM=SCRAM-SHA-256", "SLUICE_KAFKA_SASL_USER=nobody", "SLUICE_KAFKA_SASL_PASSWORD=wr0ng",
	}
	if _, found := examine(t, append(environ, "SLUICE_KAFKA_TLS_ENABLED=true")); !has(found, "fail | kafka", "TLS", "SLUICE_KAFKA_TLS_CA_FILE=") {
		t.Errorf("an unknown authority: %q", found)
	}
	authority := "SLUICE_KAFKA_TLS_CA_FILE=" + stacktest.Value(t, "SLUICE_TEST_KAFKA_CA", "its authority")
	_, found := examine(t, append(environ, "SLUICE_KAFKA_TLS_ENABLED=true", authority))
	if !has(found, "fail | kafka", "SASL", "SLUICE_KAFKA_SASL_PASSWORD_FILE") || has(found, "wr0ng") {
		t.Errorf("a wrong password: %q", found)
	}
	if _, found := examine(t, environ); !has(found, "fail | kafka", "SLUICE_KAFKA_TLS_ENABLED=true") {
		t.Errorf("without TLS: %q", found)
	}
}
