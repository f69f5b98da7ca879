package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/IBM/sarama"
	goredis "github.com/redis/go-redis/v9"

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

// comesUp waits until a process has written what is to be found, and fails the test when it ends instead.
func comesUp(t *testing.T, wrote *lines, ended <-chan int, ready *regexp.Regexp) (found []string) {
	t.Helper()
	eventually(t, "ready", func() bool {
		select {
		case code := <-ended:
			t.Fatalf("the process ended with %d before it was ready: %s", code, wrote)
		default:
		}
		found = ready.FindStringSubmatch(wrote.String())
		return found != nil
	})
	return found
}

// space is an environment with topics and indices of its own, removed after the test.
func space(t *testing.T) []string {
	t.Helper()
	brokers, urls, members := stacktest.Kafka(t), stacktest.Elastic(t), stacktest.Redis(t)
	prefix := fmt.Sprintf("cmd-%d-", time.Now().UnixNano())
	t.Cleanup(func() {
		removeTopics(t, brokers, prefix)
		removeKeys(t, members, prefix)
		for _, path := range []string{"/" + prefix + "positions", "/_index_template/" + prefix + "positions", "/_index_template/" + prefix + "pings", "/_index_template/" + prefix + "orders"} {
			remove(t, urls[0]+path)
		}
		day := time.Now().UTC().Format("2006.01.02")
		remove(t, urls[0]+"/"+prefix+"pings-"+day)
	})
	return []string{
		"SLUICE_KAFKA_BROKERS=" + strings.Join(brokers, ","), "SLUICE_ELASTIC_URLS=" + strings.Join(urls, ","),
		"SLUICE_TOPIC_PREFIX=" + prefix, "SLUICE_INDEX_PREFIX=" + prefix, "SLUICE_INDEX_REPLICAS=0", "SLUICE_TOPIC_PARTITIONS=2",
		"SLUICE_HTTP_LISTEN=127.0.0.1:0", "SLUICE_OPS_LISTEN=127.0.0.1:0", "SLUICE_GPS_COALESCE=100ms",
		"SLUICE_REDIS_ADDRS=" + members, "SLUICE_KEY_PREFIX=" + prefix,
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

// removeKeys deletes the keys of Redis that begin with the prefix.
func removeKeys(t *testing.T, addr, prefix string) {
	client := goredis.NewClient(&goredis.Options{Addr: addr})
	keys := client.Scan(context.Background(), 0, prefix+"*", 1000).Iterator()
	for keys.Next(context.Background()) {
		if err := client.Del(context.Background(), keys.Val()).Err(); err != nil {
			t.Error(err)
		}
	}
	if err := errors.Join(keys.Err(), client.Close()); err != nil {
		t.Error(err)
	}
}

func removeTopics(t *testing.T, brokers []string, prefix string) {
	admin, err := sarama.NewClusterAdmin(brokers, sarama.NewConfig())
	if err != nil {
		t.Error(err)
		return
	}
	for _, spec := range topicSpecs(&config{}) {
		if err := admin.DeleteTopic(prefix + spec.Name); err != nil {
			t.Error(err)
		}
	}
	for _, pipeline := range append(pipelineNames(), roleJobs) {
		err := admin.DeleteConsumerGroup(prefix + "sluice-" + pipeline)
		if err != nil && !errors.Is(err, sarama.ErrGroupIDNotFound) { // a test need not read
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
	return answered(t, resp, err)
}

func post(t *testing.T, url, kind, text string) (int, string) {
	t.Helper()
	resp, err := http.Post(url, kind, strings.NewReader(text))
	return answered(t, resp, err)
}

func answered(t *testing.T, resp *http.Response, err error) (int, string) {
	t.Helper()
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
