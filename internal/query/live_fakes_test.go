package query

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
	"sluice/schemas"
)

// city is an Area that holds positions, each searchable from some time on.
type city struct {
	mu    sync.Mutex
	found []schemas.Position
	from  []time.Time // found[i] is searchable from then
	err   error
	asked int
}

func (c *city) put(driver string, ts int64, delay time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found = append(c.found, schemas.Position{DriverID: driver, TS: ts, Lat: 1, Lon: 1})
	c.from = append(c.from, time.Now().Add(delay))
}

func (c *city) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

func (c *city) Within(_ context.Context, q schemas.WithinQuery) ([]schemas.Position, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	if c.err != nil {
		return nil, c.err
	}
	newest := map[string]schemas.Position{}
	for i, p := range c.found {
		if !c.from[i].After(time.Now()) && p.TS >= newest[p.DriverID].TS {
			newest[p.DriverID] = p
		}
	}
	var all []schemas.Position
	for _, p := range newest {
		if p.TS >= q.Since {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b schemas.Position) int { return int(a.TS - b.TS) })
	return all[:min(len(all), q.Limit)], nil
}

// events is an Observer that counts.
type events struct {
	Nobody
	mu      sync.Mutex
	open    int
	dropped int
	failed  int
}

func (e *events) LiveSubscribers(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open = n
}

func (e *events) LiveDropped() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dropped++
}

func (e *events) QueryFailed(string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failed++
}

// client is a live stream's other end; full, when not nil, blocks its writes.
type client struct {
	mu     sync.Mutex
	header http.Header
	code   int
	text   bytes.Buffer
	full   chan struct{}
	end    context.CancelFunc
	done   chan struct{}
}

func (c *client) Header() http.Header { return c.header }
func (c *client) Flush()              {}
func (c *client) WriteHeader(code int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.code = code
}

func (c *client) Write(b []byte) (int, error) {
	if c.full != nil && bytes.Contains(b, []byte("position")) {
		<-c.full
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(b)
}

// ended waits for the end of the stream. Without a limit of time a stream that does not end would
// let the bubble's clock run on for ever.
func (c *client) ended(t *testing.T) {
	t.Helper()
	select {
	case <-c.done:
	case <-time.After(time.Minute):
		t.Fatal("the stream goes on")
	}
}

// take is what has come since the last time, once all is quiet: the drivers with their times.
func (c *client) take() string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	var got []string
	for line := range strings.Lines(c.text.String()) {
		switch {
		case strings.HasPrefix(line, "data: {\"driverId\""):
			_, rest, _ := strings.Cut(line, `"driverId":"`)
			id, rest, _ := strings.Cut(rest, `"`)
			_, rest, _ = strings.Cut(rest, `"ts":`)
			ts, _, _ := strings.Cut(rest, ",")
			n, _ := strconv.ParseInt(ts, 10, 64)
			got = append(got, id+"@"+strconv.FormatInt((n-epoch())/1000, 10))
		case strings.HasPrefix(line, ":"):
			got = append(got, "heartbeat")
		case strings.HasPrefix(line, "event: truncated"):
			got = append(got, "truncated")
		}
	}
	c.text.Reset()
	return strings.Join(got, " ")
}

// epoch is when every bubble's clock begins, ms.
func epoch() int64 { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() }

// at is a time in seconds after the bubble began, ms.
func at(seconds int) int64 { return epoch() + int64(seconds)*1000 }

const liveURL = "/v1/live?topics=positions&bbox=0,0,2,2"

type bench struct {
	query *Query
	h     http.Handler
	city  *city
	seen  *events
	stop  func()
}

// within runs a test in virtual time with a query that runs.
func within(t *testing.T, cfg Config, test func(t *testing.T, b *bench)) {
	t.Helper()
	withinLevels(t, cfg, nil, test)
}

// withinLevels is within for a query whose streams have levels; changes are of the test's own, nil for none.
func withinLevels(t *testing.T, cfg Config, changes *tail, test func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{city: &city{}, seen: &events{}}
		keys, err := apikeys.New(apikeys.Config{})
		if err != nil {
			t.Fatal(err)
		}
		deps := Deps{Drivers: &store{}, Area: b.city, Keys: keys, Observer: b.seen}
		if changes != nil {
			changes.values = make(chan []byte) // of the bubble
			deps.Changes = changes
		}
		if b.query, err = New(cfg, deps); err != nil {
			t.Fatal(err)
		}
		b.h = httpserver.Mux(b.query.Routes()...)
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- b.query.Run(ctx) }()
		b.stop = sync.OnceFunc(func() {
			cancel()
			if err := <-ran; err != nil {
				t.Error(err)
			}
		})
		defer b.stop()
		synctest.Wait()
		test(t, b)
	})
}

func (b *bench) watch(t *testing.T, url, lastID string) *client {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c := &client{header: http.Header{}, end: cancel, done: make(chan struct{})}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	go func() {
		defer close(c.done)
		b.h.ServeHTTP(c, r)
	}()
	return c
}

func expect(t *testing.T, c *client, want string) {
	t.Helper()
	if got := c.take(); got != want {
		t.Errorf("at %d s: got %q, not %q", (time.Now().UnixMilli()-epoch())/1000, got, want)
	}
}
