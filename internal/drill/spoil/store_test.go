package spoil_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"sluice/internal/drill/spoil"
)

// bulks is an Elasticsearch that says 201 to every write and keeps the bodies.
type bulks struct {
	mu     sync.Mutex
	bodies []string
}

func (b *bulks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if r.URL.Path != "/_bulk" {
		_, _ = fmt.Fprintf(w, "%s %s", r.Method, r.URL)
		return
	}
	b.mu.Lock()
	b.bodies = append(b.bodies, string(body))
	b.mu.Unlock()
	items := slices.Repeat([]string{`{"create":{"status":201}}`}, strings.Count(string(body), "\n")/2)
	_, _ = fmt.Fprintf(w, `{"errors":false,"items":[%s]}`, strings.Join(items, ","))
}

// between starts a way before it.
func between(t *testing.T) (*bulks, *spoil.Store, *http.Client) {
	t.Helper()
	behind := &bulks{}
	elastic := httptest.NewServer(behind)
	s, err := spoil.New(spoil.Config{Target: elastic.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		elastic.Close()
	})
	return behind, s, client
}

const four = `{"create":{"_index":"pings","_id":"a"}}
{"n":1}
{"create":{"_index":"pings","_id":"b"}}
{"n":2}
{"index":{"_index":"positions","_id":"c"}}
{"n":3}
{"create":{"_index":"pings","_id":"d"}}
{"n":4}
`

// said is the status of the answer and those of its items, "broken" for one that did not come or broke off.
func said(t *testing.T, c *http.Client, url, body string) string {
	t.Helper()
	resp, err := c.Post(url+"/_bulk?filter_path=items", "application/x-ndjson", strings.NewReader(body))
	if err != nil {
		return "broken"
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Sprintf("broken after %d, something read: %t", resp.StatusCode, len(text) > 0)
	}
	var reply struct {
		Items []map[string]struct {
			Status int `json:"status"`
		} `json:"items"`
		Error struct {
			Type string `json:"type"`
		} `json:"error"`
	}
	if err := json.Unmarshal(text, &reply); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	out := []string{strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, reply.Error.Type))}
	for _, item := range reply.Items {
		for op, i := range item {
			out = append(out, fmt.Sprintf("%s %d", op, i.Status))
		}
	}
	return strings.Join(out, ", ")
}

func TestEachAnswerIsSpoiltAsTheScriptWants(t *testing.T) {
	for name, c := range map[string]struct {
		what  spoil.Answer
		says  string
		given int // writes that the store behind it got
		tally spoil.Tally
	}{
		"left alone":    {spoil.Answer{}, "200, create 201, create 201, create 201, create 201", 4, spoil.Tally{}},
		"429":           {spoil.Answer{Status: 429}, "429 es_rejected_execution_exception", 0, spoil.Tally{Requests: 1, Items: 4}},
		"a kind":        {spoil.Answer{Status: 403, Kind: "odd"}, "403 odd", 0, spoil.Tally{Requests: 1, Items: 4}},
		"two items":     {spoil.Answer{Items: map[string]int{"b": 429, "c": 503}}, "200, create 201, create 429, index 503, create 201", 2, spoil.Tally{Requests: 1, Items: 2}},
		"every item":    {spoil.Answer{Items: map[string]int{"a": 400, "b": 400, "c": 400, "d": 400}}, "200, create 400, create 400, index 400, create 400", 0, spoil.Tally{Requests: 1, Items: 4}},
		"one too few":   {spoil.Answer{Lack: true}, "200, create 201, create 201, create 201", 4, spoil.Tally{Requests: 1, Items: 4, Applied: 4}},
		"cut":           {spoil.Answer{Cut: true}, "broken after 200, something read: true", 4, spoil.Tally{Requests: 1, Items: 4, Applied: 4}},
		"lost":          {spoil.Answer{Lost: true}, "broken", 4, spoil.Tally{Requests: 1, Items: 4, Applied: 4}},
		"lost with 429": {spoil.Answer{Lost: true, Items: map[string]int{"a": 429}}, "broken", 3, spoil.Tally{Requests: 1, Items: 4, Applied: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			behind, s, client := between(t)
			s.Play(func(ids []string) spoil.Answer {
				if !slices.Equal(ids, []string{"a", "b", "c", "d"}) {
					t.Errorf("the script saw %q", ids)
				}
				return c.what
			})
			if got := said(t, client, s.URL(), four); got != c.says {
				t.Errorf("said %q, want %q", got, c.says)
			}
			if got := strings.Count(strings.Join(behind.bodies, ""), `"n":`); got != c.given {
				t.Errorf("the store got %d writes, want %d: %q", got, c.given, behind.bodies)
			}
			if got := s.Spoilt(); got != c.tally {
				t.Errorf("spoilt %+v, want %+v", got, c.tally)
			}
			s.Play(nil)
			if got := said(t, client, s.URL(), four); got != "200, create 201, create 201, create 201, create 201" || s.Spoilt() != (spoil.Tally{}) || len(s.Requests()) > 0 {
				t.Errorf("after the script: %q, %+v", got, s.Spoilt())
			}
		})
	}
}

func TestEverythingElsePasses(t *testing.T) {
	_, s, client := between(t)
	s.Play(func([]string) spoil.Answer { return spoil.Answer{Status: 503} })
	resp, err := client.Get(s.URL() + "/positions/_search?q=1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || string(text) != "GET /positions/_search?q=1" {
		t.Errorf("%v, %s", err, text)
	}
}

func TestAPackedBodyIsRead(t *testing.T) {
	behind, s, client := between(t)
	s.Play(func(ids []string) spoil.Answer { return spoil.Answer{Items: map[string]int{ids[0]: 429}} })
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	if _, err := io.WriteString(zw, four); err != nil || zw.Close() != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/_bulk", &packed)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Encoding", "gzip")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if want := four[strings.Index(four, "\n{\"create\":{\"_index\":\"pings\",\"_id\":\"b\"")+1:]; resp.StatusCode != http.StatusOK || len(behind.bodies) != 1 || behind.bodies[0] != want {
		t.Errorf("%d, the store got %q", resp.StatusCode, behind.bodies)
	}
}

// A server that is gone looks gone: no gateway's error page stands before it.
func TestABrokenWayBehindBreaksTheOneBefore(t *testing.T) {
	s, err := spoil.New(spoil.Config{Target: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	client := &http.Client{Transport: &http.Transport{}}
	for range 2 {
		if got := said(t, client, s.URL(), four); got != "broken" {
			t.Errorf("said %q", got)
		}
		s.Play(func([]string) spoil.Answer { return spoil.Answer{Lack: true} })
	}
	client.CloseIdleConnections()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestANonsenseTargetIsRefused(t *testing.T) {
	for _, target := range []string{"", "127.0.0.1:9200", "http://", "::"} {
		if _, err := spoil.New(spoil.Config{Target: target}); err == nil {
			t.Errorf("%q was taken", target)
		}
	}
}
