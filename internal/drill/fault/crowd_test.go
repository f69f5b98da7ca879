package fault

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// impatient serves HTTP and gives a client so long for the head of its request.
func impatient(t *testing.T, healthy *atomic.Bool) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !healthy.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	s.Config.ReadHeaderTimeout = 30 * time.Millisecond
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func TestACrowdComesAgainAndIsSentAway(t *testing.T) {
	var healthy atomic.Bool
	healthy.Store(true)
	s := impatient(t, &healthy)
	patient := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})) // a busy machine needs more than its 30 ms
	defer patient.Close()
	c := &crowd{address: strings.TrimPrefix(s.URL, "http://"), members: 5, behave: dawdle(time.Millisecond), health: newPulse(patient.URL)}
	if err := c.Heal(t.Context()); err != nil {
		t.Errorf("healing what was never injected: %v", err)
	}
	for range 2 {
		opened, dropped := c.opened.Load(), c.dropped.Load()
		if err := c.Inject(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := c.opened.Load() - opened; n < 5 {
			t.Errorf("in force with %d of 5 connections", n)
		}
		err := until(t.Context(), "the server turns them out, and they come again", func(context.Context) error {
			if c.dropped.Load() < dropped+5 || c.opened.Load() < opened+10 {
				return context.DeadlineExceeded
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Heal(t.Context()); err != nil {
			t.Error(err)
		}
		if n := c.there.Load(); n != 0 {
			t.Errorf("%d are still there", n)
		}
	}
	if saw := c.Saw(); saw["crowd-opened"] < 20 || saw["crowd-dropped"] < 10 {
		t.Errorf("%v", saw)
	}
}

func TestAServerThatIsUnwellMeanwhileIsTold(t *testing.T) {
	var healthy atomic.Bool
	s := impatient(t, &healthy)
	c := &crowd{address: strings.TrimPrefix(s.URL, "http://"), members: 1, behave: linger(time.Millisecond), health: newPulse(s.URL)}
	if err := c.Inject(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := until(t.Context(), "many came", func(context.Context) error {
		if c.opened.Load() < 3 {
			return context.DeadlineExceeded
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Heal(t.Context()); err == nil || !strings.Contains(err.Error(), "status 503") {
		t.Errorf("%v", err)
	}
}

func TestIndicesRefuseAndAreFreed(t *testing.T) {
	for how, want := range map[string]string{
		"write-block": `PUT /a,b/_settings {"index.blocks.write":true}; PUT /a,b/_settings {"index.blocks.write":null}`,
		"read-only":   `PUT /a,b/_settings {"index.blocks.read_only":true}; PUT /a,b/_settings {"index.blocks.read_only":null}`,
		"pipeline":    `PUT /a,b/_settings {"index.default_pipeline":"nobody-made-this-one"}; PUT /a,b/_settings {"index.default_pipeline":null}`,
		"closed":      `POST /a,b/_close ; POST /a,b/_open `,
	} {
		var asked []string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				_, _ = w.Write([]byte(`{"b":{"settings":{}},"a":{"settings":{}}}`))
				return
			}
			body := make([]byte, 200)
			n, _ := r.Body.Read(body)
			asked = append(asked, r.Method+" "+r.URL.Path+" "+string(body[:n]))
		}))
		r := &refusing{elastic: newOperator(s.URL + "/"), indices: "x-p*", how: refusals()[how]}
		if err := r.Inject(t.Context()); err != nil {
			t.Error(err)
		}
		if err := r.Heal(t.Context()); err != nil {
			t.Error(err)
		}
		s.Close()
		if got := strings.Join(asked, "; "); got != want {
			t.Errorf("%s asked\n%s, want\n%s", how, got, want)
		}
		if err := r.Inject(t.Context()); err == nil {
			t.Error("an Elasticsearch that is gone was asked")
		}
	}
}

func TestADiskIsFullWhenEveryIndexIsBlocked(t *testing.T) {
	said := `{}`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(said)) }))
	defer s.Close()
	d := &diskFull{elastic: newOperator(s.URL), indices: "p*"}
	for _, c := range []struct {
		said          string
		blocked, free bool
	}{
		{`{}`, false, false},
		{`{"a":{"settings":{"index.blocks.read_only_allow_delete":"true"}},"b":{"settings":{}}}`, false, false},
		{`{"a":{"settings":{"index.blocks.read_only_allow_delete":"true"}}}`, true, false},
		{`{"a":{"settings":{"index.x":["a"]}}}`, false, true},
	} {
		said = c.said
		if err := d.blocked(t.Context(), true); (err == nil) != c.blocked {
			t.Errorf("%s: blocked: %v", said, err)
		}
		if err := d.blocked(t.Context(), false); (err == nil) != c.free {
			t.Errorf("%s: free: %v", said, err)
		}
	}
}
