package progress

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"sluice/internal/httpserver"
)

// owner is a process that runs the pipeline, behind a real listener.
func owner(t *testing.T, part Pipeline) *httptest.Server {
	t.Helper()
	p, _ := newProgress(t, &fakeKafka{}, func(_ *Config, d *Deps) { d.Local = func() []Pipeline { return []Pipeline{part} } })
	server := httptest.NewServer(httpserver.Mux(p.OpsRoutes()...))
	t.Cleanup(server.Close)
	return server
}

func counted(stored uint64, partition int32, state string) Pipeline {
	return Pipeline{
		Pipeline: "live", Consumed: stored + 1,
		Verdicts:   []Count{{Verdict: "stale", Reason: "age", Records: 1}, {Verdict: "stored", Records: stored}},
		Partitions: []Partition{{Partition: partition, State: state}},
	}
}

func TestPeersAreAddedUp(t *testing.T) {
	one, two := owner(t, counted(10, 0, "flowing")), owner(t, counted(20, 1, "retrying"))
	p, h := newProgress(t, &fakeKafka{began: time.Now()}, func(c *Config, _ *Deps) {
		c.Peers = []string{one.URL, two.URL, one.URL + "/", "http://127.0.0.1:1"}
	})
	a := get(t, p.Routes())
	l := a.Pipelines[0]
	if want := []Count{{Verdict: "stale", Reason: "age", Records: 2}, {Verdict: "stored", Records: 30}}; !reflect.DeepEqual(l.Verdicts, want) || l.Consumed != 32 {
		t.Errorf("consumed %d: %v", l.Consumed, l.Verdicts)
	}
	if l.State != "retrying" || l.Partitions[0].State != "flowing" || l.Partitions[1].State != "retrying" {
		t.Errorf("states: %+v", l)
	}
	if want := []string{"http://127.0.0.1:1/v1/pipelines (127.0.0.1)"}; !reflect.DeepEqual(a.Unreachable, want) || !reflect.DeepEqual(h.who, want) {
		t.Errorf("unreachable %q, heard of %q", a.Unreachable, h.who)
	}
}

// TestOneselfIsNoPeer: a process that runs pipelines may find its own address behind the name of its peers.
func TestOneselfIsNoPeer(t *testing.T) {
	var p *Progress
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serveOwn(w, r) }))
	defer server.Close()
	p, _ = newProgress(t, &fakeKafka{began: time.Now()}, func(c *Config, d *Deps) {
		c.Peers = []string{server.URL}
		d.Local = func() []Pipeline { return []Pipeline{counted(10, 0, "flowing")} }
	})
	if a := get(t, p.Routes()); a.Pipelines[0].Consumed != 11 || a.Process != "" {
		t.Errorf("%+v", a)
	}
}

func TestEveryAddressOfAHostIsAsked(t *testing.T) {
	one := owner(t, counted(10, 0, "flowing"))
	port := one.URL[strings.LastIndexByte(one.URL, ':'):]
	p, _ := newProgress(t, &fakeKafka{began: time.Now()}, func(c *Config, _ *Deps) {
		c.Peers, c.MaxAddresses = []string{"http://workers" + port, "http://nobody:1"}, 2
	})
	p.lookup = func(_ context.Context, host string) ([]string, error) {
		if host == "nobody" {
			return nil, errors.New("no such host")
		}
		return []string{"127.0.0.9", "127.0.0.1", "127.0.0.2"}, nil
	}
	a := get(t, p.Routes())
	if a.Pipelines[0].Consumed != 11 {
		t.Errorf("consumed %d", a.Pipelines[0].Consumed)
	}
	at := "http://workers" + port + path
	if want := []string{"http://nobody:1" + path, at + " (127.0.0.2)", at + " (127.0.0.9)"}; !reflect.DeepEqual(a.Unreachable, want) {
		t.Errorf("unreachable %q", a.Unreachable)
	}
}

func TestWhatIsNoPeer(t *testing.T) {
	answers := map[string]string{
		"not JSON":         "ok\n",
		"a client's":       `{"at":1,"pipelines":[],"unreachable":[]}`,
		"longer than that": `{"process":"` + strings.Repeat("x", 2000) + `"}`,
		"a redirection":    "",
	}
	for name, body := range answers {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if body == "" {
					http.Redirect(w, r, "/elsewhere", http.StatusFound)
					return
				}
				_, _ = w.Write([]byte(body))
			}))
			defer server.Close()
			p, _ := newProgress(t, &fakeKafka{began: time.Now()}, func(c *Config, _ *Deps) { c.Peers, c.MaxPartSize = []string{server.URL}, 1000 })
			if a := get(t, p.Routes()); len(a.Unreachable) != 1 {
				t.Errorf("%+v", a)
			}
		})
	}
}

func TestConfigIsValidated(t *testing.T) {
	_, err := New(Config{Peers: []string{"workers:9100", "http://u:p@h:1"}, Every: -1, Window: -1}, Deps{})
	for _, want := range []string{"no pipelines", "peer 1: want", "peer 2: want", "Every must", "Window must", "needs Kafka, keys and an observer"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "u:p") {
		t.Errorf("%v shows a secret", err)
	}
}
