package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/IBM/sarama"

	"sluice/internal/stacktest"
)

// lines keeps what a process wrote, to be looked at while it still writes.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// eventually asks again and again until done, and fails the test after a minute.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("%s did not happen within a minute", what)
		}
	}
}

// space is an environment with topics and indices of its own, removed after the test.
func space(t *testing.T) []string {
	t.Helper()
	brokers, urls := stacktest.Kafka(t), stacktest.Elastic(t)
	prefix := fmt.Sprintf("cmd-%d-", time.Now().UnixNano())
	t.Cleanup(func() {
		removeTopics(t, brokers, prefix)
		for _, path := range []string{"/" + prefix + "positions", "/_index_template/" + prefix + "positions", "/_index_template/" + prefix + "pings"} {
			remove(t, urls[0]+path)
		}
		day := time.Now().UTC().Format("2006.01.02")
		remove(t, urls[0]+"/"+prefix+"pings-"+day)
	})
	return []string{
		"SLUICE_KAFKA_BROKERS=" + strings.Join(brokers, ","), "SLUICE_ELASTIC_URLS=" + strings.Join(urls, ","),
		"SLUICE_TOPIC_PREFIX=" + prefix, "SLUICE_INDEX_PREFIX=" + prefix, "SLUICE_INDEX_REPLICAS=0", "SLUICE_TOPIC_PARTITIONS=2",
		"SLUICE_HTTP_LISTEN=127.0.0.1:0", "SLUICE_OPS_LISTEN=127.0.0.1:0", "SLUICE_GPS_COALESCE=100ms",
	}
}

func remove(t *testing.T, url string) {
	req, err := http.NewRequest(http.MethodDelete, url, http.NoBody)
	if err != nil {
		t.Error(err)
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}

func removeTopics(t *testing.T, brokers []string, prefix string) {
	admin, err := sarama.NewClusterAdmin(brokers, sarama.NewConfig())
	if err != nil {
		t.Error(err)
		return
	}
	for _, topic := range []string{"driver.pings", "gps-live.dead", "gps-history.dead"} {
		if err := admin.DeleteTopic(prefix + topic); err != nil {
			t.Error(err)
		}
	}
	for _, pipeline := range pipelineNames() {
		if err := admin.DeleteConsumerGroup(prefix + "sluice-" + pipeline); err != nil {
			t.Error(err)
		}
	}
	if err := admin.Close(); err != nil {
		t.Error(err)
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func pingsFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pings.ndjson")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A ping that is posted is found by a search, and everything consumed is accounted for.
func TestPathOnRealServers(t *testing.T) {
	environ := space(t)
	if code, _, stderr := execute(t, environ, "run", "all"); code != exitFailed || !strings.Contains(stderr, "run `sluice setup`") {
		t.Fatalf("without setup: exit code %d, %s", code, stderr)
	}
	if code, _, stderr := execute(t, environ, "setup"); code != exitDone {
		t.Fatalf("setup: exit code %d, %s", code, stderr)
	}
	if _, stdout, _ := execute(t, environ, "setup"); strings.Contains(stdout, "created") || strings.Contains(stdout, "differs") {
		t.Fatalf("setup again: %s", stdout)
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var log lines
	done := make(chan int, 1)
	go func() {
		p := &process{stdout: &log, stderr: &log, environ: environ}
		done <- p.execute(ctx, []string{"run", "all"})
	}()
	addresses := regexp.MustCompile(`"msg":"ready","ops":"([^"]+)","http":"([^"]+)"`)
	eventually(t, "ready", func() bool { return addresses.MatchString(log.String()) })
	found := addresses.FindStringSubmatch(log.String())
	ops, base := found[1], found[2]
	if code, body := get(t, ops+"/readyz"); code != http.StatusOK {
		t.Errorf("readyz: %d %s", code, body)
	}

	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, `{"driverId":"D%d","ts":%d,"lat":31.2%02d,"lon":121.47,"status":"idle"}`+"\n", i%50, time.Now().UnixMilli()+int64(i), i%50)
	}
	fmt.Fprintf(&text, `{"driverId":"X","ts":%d,"lat":91,"lon":1}`+"\n", time.Now().UnixMilli())
	file := pingsFile(t, text.String())
	code, stdout, stderr := execute(t, environ, "send", file, "--to", base, "--json")
	var summary struct {
		Accepted, Rejected int
		Reasons            map[string]int
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil || code != exitDone {
		t.Fatalf("send: exit code %d, %v, %s %s", code, err, stdout, stderr)
	}
	if summary.Accepted != 100 || summary.Rejected != 1 || summary.Reasons["out_of_range lat"] != 1 {
		t.Errorf("send: %s", stdout)
	}
	prefix := strings.TrimPrefix(environ[2], "SLUICE_TOPIC_PREFIX=")
	brokers := strings.TrimPrefix(environ[0], "SLUICE_KAFKA_BROKERS=")
	if code, stdout, stderr := execute(t, nil, "send", pingsFile(t, "no json\n"), "--to", "kafka://"+brokers, "--topic-prefix", prefix); code != exitDone {
		t.Errorf("send to the topic: exit code %d, %s %s", code, stdout, stderr)
	}

	eventually(t, "all drivers nearby", func() bool {
		_, body := get(t, base+"/v1/drivers/nearby?lat=31.2&lon=121.47&radius=50000&limit=100")
		return strings.Count(body, `"driverId"`) == 50
	})
	eventually(t, "an even account", func() bool {
		_, metrics := get(t, ops+"/metrics")
		even := true
		for _, name := range pipelineNames() {
			consumed, settled := account(t, metrics, name)
			even = even && consumed == 101 && settled == 101 &&
				strings.Contains(metrics, `sluice_records_total{pipeline="`+name+`",reason="bad_json",verdict="poison"} 1`)
		}
		return even
	})
	eventually(t, "no lag", func() bool {
		code, _, _ := execute(t, environ, "lag", "--max", "0")
		return code == exitDone
	})

	stop()
	if code := <-done; code != exitDone {
		t.Errorf("run: exit code %d\n%s", code, log.String())
	}
	for _, name := range pipelineNames() {
		if !regexp.MustCompile(`"msg":"stopped","pipeline":"` + name + `","consumed":101,.*"dead":1,"left":0`).MatchString(log.String()) {
			t.Errorf("no farewell of %s in\n%s", name, log.String())
		}
	}
	if code, _, _ := execute(t, nil, "send", file, "--to", base, "--give-up", "1ms"); code != exitFailed {
		t.Errorf("send to a gateway that has gone: exit code %d", code)
	}
	http.DefaultClient.CloseIdleConnections()
}

// account is what a pipeline says it has consumed, and how many records ended somehow.
func account(t *testing.T, metrics, pipeline string) (consumed, settled int) {
	t.Helper()
	series := regexp.MustCompile(`(?m)^sluice_records_(consumed_)?total\{pipeline="` + pipeline + `".*\} (\d+)$`)
	for _, m := range series.FindAllStringSubmatch(metrics, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		if m[1] != "" {
			consumed += n
		} else {
			settled += n
		}
	}
	return consumed, settled
}
