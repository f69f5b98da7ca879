package query

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"sluice/schemas"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLive(t *testing.T) {
	within(t, Config{}, func(t *testing.T, b *bench) {
		time.Sleep(100 * time.Second)
		b.city.put("old", at(30), 0)
		b.city.put("a", at(99), 0)
		c := b.watch(t, liveURL, "")
		expect(t, c, "a@99")
		b.city.put("a", at(100), 0)
		b.city.put("late", at(99), 8*time.Second) // searchable 9 s after its event
		time.Sleep(2 * time.Second)
		expect(t, c, "a@100")
		time.Sleep(8 * time.Second)
		expect(t, c, "late@99")
		time.Sleep(20 * time.Second)
		expect(t, c, "heartbeat")
		c.end()
		c.ended(t)
		if b.seen.open != 0 || len(b.query.live.pollers) != 0 {
			t.Error("the stream is not forgotten")
		}
	})
}

func TestLiveSharesPollsAndDedupes(t *testing.T) {
	within(t, Config{}, func(t *testing.T, b *bench) {
		time.Sleep(100 * time.Second)
		first := b.watch(t, liveURL, "")
		expect(t, first, "")
		b.city.put("a", at(100), 0)
		second := b.watch(t, liveURL, "") // sees a at once, and the poll that brings it to the first too
		expect(t, second, "a@100")
		time.Sleep(10 * time.Second)
		expect(t, first, "a@100")
		expect(t, second, "")
		if b.city.asked > 13 {
			t.Errorf("%d questions for one box in 10 s", b.city.asked)
		}
		first.end()
		second.end()
	})
}

func TestLiveResumes(t *testing.T) {
	within(t, Config{}, func(t *testing.T, b *bench) {
		time.Sleep(100 * time.Second)
		b.city.put("before", at(50), 0)
		b.city.put("after", at(95), 0)
		for lastID, want := range map[string]string{
			strconv.FormatInt(at(96), 10):  "after@95", // and not what is older than the overlap
			strconv.FormatInt(at(500), 10): "before@50 after@95",
			"x\"<script>":                  "before@50 after@95",
			"-1":                           "before@50 after@95",
		} {
			c := b.watch(t, liveURL, lastID)
			expect(t, c, want)
			c.end()
		}
	})
}

func TestLiveSurvivesTheStore(t *testing.T) {
	within(t, Config{}, func(t *testing.T, b *bench) {
		time.Sleep(100 * time.Second)
		c := b.watch(t, liveURL, "")
		expect(t, c, "")
		b.city.fail(schemas.ErrUnavailable)
		b.city.put("a", at(100), 0)
		time.Sleep(30 * time.Second)
		expect(t, c, "heartbeat heartbeat")
		if b.seen.failed == 0 {
			t.Error("nobody was told")
		}
		if other := b.watch(t, liveURL, ""); true {
			other.ended(t)
			if other.code != http.StatusServiceUnavailable {
				t.Error("a new stream got", other.code)
			}
		}
		b.city.fail(nil)
		time.Sleep(time.Second)
		expect(t, c, "a@100")
		c.end()
	})
}

func TestLiveTruncated(t *testing.T) {
	cfg := Config{Live: LiveConfig{MaxPositions: 3}}
	within(t, cfg, func(t *testing.T, b *bench) {
		time.Sleep(100 * time.Second)
		c := b.watch(t, liveURL, "")
		expect(t, c, "")
		for i := range 5 {
			b.city.put(fmt.Sprint("d", i), at(95+i), 0)
		}
		time.Sleep(time.Second)
		expect(t, c, "d0@95 d1@96 d2@97 truncated")
		time.Sleep(time.Second)
		expect(t, c, "d3@98 d4@99 truncated") // it cannot know that three were all that was left
		c.end()
	})
}

func TestLiveSlowClientIsDropped(t *testing.T) {
	cfg := Config{Live: LiveConfig{QueuedPolls: 2}}
	within(t, cfg, func(t *testing.T, b *bench) {
		time.Sleep(100 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		slow := &client{header: http.Header{}, full: make(chan struct{}), done: make(chan struct{})}
		go func() {
			defer close(slow.done)
			b.h.ServeHTTP(slow, httptest.NewRequestWithContext(ctx, http.MethodGet, liveURL, nil))
		}()
		time.Sleep(500 * time.Millisecond) // so that a put and a poll never fall together
		for i := range 5 {
			b.city.put("a", at(100+i), 0)
			time.Sleep(time.Second)
		}
		synctest.Wait()
		b.seen.mu.Lock()
		if b.seen.dropped != 1 || b.seen.open != 0 {
			t.Errorf("%d dropped, %d open", b.seen.dropped, b.seen.open)
		}
		b.seen.mu.Unlock()
		close(slow.full)
		slow.ended(t)
	})
}

func TestLiveStopEndsStreams(t *testing.T) {
	within(t, Config{}, func(t *testing.T, b *bench) {
		c := b.watch(t, liveURL, "")
		expect(t, c, "")
		b.stop()
		c.ended(t)
		again := b.watch(t, liveURL, "")
		again.ended(t)
		if again.code != http.StatusServiceUnavailable {
			t.Error("after the stop:", again.code)
		}
	})
}

func TestLiveMaxSubscribers(t *testing.T) {
	cfg := Config{Live: LiveConfig{MaxSubscribers: 1}}
	within(t, cfg, func(t *testing.T, b *bench) {
		c := b.watch(t, liveURL, "")
		expect(t, c, "")
		other := b.watch(t, liveURL, "")
		other.ended(t)
		if other.code != http.StatusServiceUnavailable || other.header.Get("Retry-After") == "" {
			t.Error(other.code, other.header)
		}
		c.end()
		c.ended(t)
		third := b.watch(t, liveURL, "")
		expect(t, third, "")
		third.end()
	})
}

func TestSentIsBounded(t *testing.T) {
	s := newSent(10)
	for i := range 1000 {
		s.fresh(strconv.Itoa(i), 1)
		if len(s.newest) > 10 {
			t.Fatal(len(s.newest))
		}
	}
	if !s.fresh("x", 5) || s.fresh("x", 5) || s.fresh("x", 4) || !s.fresh("x", 6) {
		t.Error("each time is fresh once, and never an older one")
	}
}

var errStrange = errors.New("strange")
