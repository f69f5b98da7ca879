package nullbulk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sluice/internal/bench/nullbulk"
)

func post(t *testing.T, url, body string) []byte {
	t.Helper()
	resp, err := http.Post(url, "application/x-ndjson", strings.NewReader(body)) // a test on loopback
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() // nothing to lose
	var out bytes.Buffer
	if _, err := out.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", resp.StatusCode, out.Bytes())
	}
	return out.Bytes()
}

func TestAnAnswerHasAStatusPerItem(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nullbulk.New(nullbulk.Config{}))
	defer server.Close()
	for _, op := range []string{"create", "index"} {
		for _, n := range []int{1, 0, 3, 2} {
			body := strings.Repeat(fmt.Sprintf("{%q:{\"_id\":\"a\"}}\n{}\n", op), n)
			var answer struct {
				Errors bool
				Items  []map[string]struct{ Status int }
			}
			if err := json.Unmarshal(post(t, server.URL+"/x/_bulk?filter_path=errors", body), &answer); err != nil {
				t.Fatal(err)
			}
			if len(answer.Items) != n || answer.Errors {
				t.Fatalf("%s: %d items answered with %+v", op, n, answer)
			}
			for _, item := range answer.Items {
				if got := item[op].Status; got != 201 && got != 200 {
					t.Fatalf("status %d in %+v", got, item)
				}
			}
		}
	}
}

func TestStatsCountItemsAndProbes(t *testing.T) {
	t.Parallel()
	var kept bytes.Buffer
	rec := nullbulk.NewRecorder(&kept, 1000)
	server := httptest.NewServer(nullbulk.New(nullbulk.Config{Probe: "probe-", Recorder: rec}))
	defer server.Close()
	body := fmt.Sprintf("{\"create\":{\"_id\":\"probe-%d-1\"}}\n{}\n{\"create\":{}}\n{}\n", time.Now().Add(-500*time.Millisecond).UnixMilli())
	post(t, server.URL+"/_bulk", body)

	resp, err := http.Get(server.URL + nullbulk.StatsPath) // a test on loopback
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() // nothing to lose
	var stats nullbulk.Stats
	if err := json.NewDecoder(resp.Body).Decode(&stats); err != nil {
		t.Fatal(err)
	}
	if stats.Items != 2 || stats.Requests != 1 || stats.Probes != 1 || stats.P50 < 500 || stats.P50 > 5000 {
		t.Fatalf("%+v", stats)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	bodies, err := nullbulk.ReadBodies(&kept)
	if err != nil || len(bodies) != 1 || bodies[0].Items != 2 || string(bodies[0].Bytes) != body {
		t.Fatalf("%v %+v", err, bodies)
	}
}

func TestACutRecordingIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := nullbulk.ReadBodies(bytes.NewReader([]byte{0, 0, 0, 1, 0, 0, 0, 9, 'x'})); err == nil {
		t.Fatal("a cut recording was read without complaint")
	}
}

func TestAChangeOfLatencyReachesThoseThatWait(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nullbulk.New(nullbulk.Config{Latency: time.Hour}))
	defer server.Close()
	answered := make(chan []byte)
	go func() { answered <- post(t, server.URL+"/_bulk", "{\"index\":{}}\n{}\n") }()
	select {
	case <-answered:
		t.Fatal("answered at once")
	case <-time.After(20 * time.Millisecond):
	}
	post(t, server.URL+nullbulk.LatencyPath+"?d=0s", "")
	if got := string(<-answered); !strings.Contains(got, `"status":200`) {
		t.Fatal(got)
	}
}
