package query

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/schemas"
)

// tail is a topic of changes that comes as the test says.
type tail struct {
	values chan []byte
}

func newTail() *tail { return &tail{values: make(chan []byte)} }

func (l *tail) Follow(ctx context.Context, each func(value []byte)) error {
	for {
		select {
		case value := <-l.values:
			each(value)
		case <-ctx.Done():
			return nil
		}
	}
}

func (l *tail) publish(member string, epoch, version int64) {
	l.values <- schemas.AppendLevelJSON(nil, &schemas.LevelChanged{
		MemberID: member, From: "bronze", To: "silver", Cause: schemas.CauseOrders, Period: "2026-11", Orders: 5, Epoch: epoch, Version: version,
		At: 1_790_000_000_000, Ruleset: "r",
	})
}

// levelsOf are the changes that a client has had, as member epoch.version, and what else it was told.
func levelsOf(c *client) string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	var got []string
	for line := range strings.Lines(c.text.String()) {
		var changed schemas.LevelChanged
		value, isData := strings.CutPrefix(strings.TrimSpace(line), "data: ")
		switch {
		case isData && strings.Contains(value, "memberId"):
			if err := schemas.DecodeLevel(&changed, []byte(value)); err != nil {
				return err.Error()
			}
			got = append(got, fmt.Sprintf("%s %d.%d", changed.MemberID, changed.Epoch, changed.Version))
		case isData && strings.Contains(value, "driverId"):
			got = append(got, "a position")
		case isData:
			got = append(got, "truncated")
		}
	}
	c.text.Reset()
	return strings.Join(got, ", ")
}

const levelsURL = "/v1/live?topics=levels"

func TestLiveLevels(t *testing.T) {
	changes := newTail()
	withinLevels(t, Config{}, changes, func(t *testing.T, b *bench) {
		changes.publish("before", 1, 1)
		time.Sleep(time.Second)
		alone, both := b.watch(t, levelsURL, ""), b.watch(t, "/v1/live?topics=positions,levels&bbox=0,0,2,2", "")
		places := b.watch(t, liveURL, "")
		synctest.Wait()
		b.city.put("D1", at(1), 0)
		changes.publish("M1", 1, 1)
		changes.publish("M1", 1, 2)
		changes.publish("M1", 1, 2) // a repetition
		changes.publish("M1", 1, 1) // and one that comes late
		changes.publish("M2", 1, 1)
		changes.publish("M1", 2, 1) // behind a loss
		time.Sleep(150 * time.Millisecond)
		const want = "M1 1.1, M1 1.2, M2 1.1, M1 2.1"
		if got := levelsOf(alone); got != want {
			t.Errorf("got %q", got)
		}
		time.Sleep(2 * time.Second)
		if got := levelsOf(both); got != want+", a position" {
			t.Errorf("with positions: got %q", got)
		}
		if got := levelsOf(places); got != "a position" {
			t.Errorf("without levels: got %q", got)
		}
		for _, c := range []*client{alone, both, places} {
			c.end()
			c.ended(t)
		}
	})
}

func TestAStreamThatComesBackGetsTheLevelsThatItMissed(t *testing.T) {
	changes := newTail()
	withinLevels(t, Config{Live: LiveConfig{RecentLevels: 3, Overlap: time.Second}}, changes, func(t *testing.T, b *bench) {
		for i := range int64(5) {
			changes.publish("M1", 1, i+1)
			time.Sleep(10 * time.Second)
		}
		c := b.watch(t, levelsURL, strconv.FormatInt(at(25), 10))
		if got := levelsOf(c); got != "M1 1.4, M1 1.5" {
			t.Errorf("got %q", got)
		}
		long := b.watch(t, levelsURL, strconv.FormatInt(at(0), 10))
		if got := levelsOf(long); got != "M1 1.3, M1 1.4, M1 1.5" {
			t.Errorf("got %q, want what is kept", got)
		}
		fresh := b.watch(t, levelsURL, "")
		if got := levelsOf(fresh); got != "" {
			t.Errorf("got %q, want what comes from now on", got)
		}
		for _, c := range []*client{c, long, fresh} {
			c.end()
			c.ended(t)
		}
	})
}

func TestTooManyLevelsAtOnceAreTold(t *testing.T) {
	changes := newTail()
	withinLevels(t, Config{Live: LiveConfig{MaxLevels: 2}}, changes, func(t *testing.T, b *bench) {
		c := b.watch(t, levelsURL, "")
		synctest.Wait()
		for i := range int64(4) {
			changes.publish("M1", 1, i+1)
		}
		time.Sleep(150 * time.Millisecond)
		if got := levelsOf(c); got != "M1 1.1, M1 1.2, truncated" {
			t.Errorf("got %q", got)
		}
		changes.values <- []byte("no change")
		time.Sleep(150 * time.Millisecond)
		if got := levelsOf(c); got != "" || b.seen.failed != 1 {
			t.Errorf("got %q, %d failures", got, b.seen.failed)
		}
		b.stop()
		c.ended(t)
		if b.seen.open != 0 {
			t.Errorf("%d streams are open", b.seen.open)
		}
	})
}

func TestParametersOfLiveLevels(t *testing.T) {
	changes := newTail()
	withinLevels(t, Config{}, changes, func(t *testing.T, b *bench) {
		for url, want := range map[string]string{
			"/v1/live?topics=levels&bbox=0,0,1,1":       "unknown_parameter",
			"/v1/live?topics=levels,positions":          "missing",
			"/v1/live?topics=levels,alarms":             "not_offered",
			"/v1/live?topics=levels,speed&bbox=0,0,1,1": "unknown_value",
		} {
			w := httptest.NewRecorder()
			b.h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
			if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d %s", url, w.Code, w.Body)
			}
		}
	})
}

func TestManyFollowersAtOnce(t *testing.T) {
	feed := newLevelFeed(LiveConfig{}.withDefaults(), newTail(), Nobody{})
	var hearing sync.WaitGroup
	for m := range 8 {
		hearing.Go(func() {
			for v := range int64(200) {
				feed.hear(schemas.AppendLevelJSON(nil, &schemas.LevelChanged{
					MemberID: strconv.Itoa(m), From: "a", To: "b", Cause: "orders", Period: "2026-11", Epoch: 1, Version: v + 1, At: 1_790_000_000_000, Ruleset: "r",
				}))
				if v%50 == 0 {
					feed.since(0)
				}
			}
		})
	}
	hearing.Wait()
	if found := feed.take(); found == nil || len(found.events) != 1000 || !found.cut || len(feed.recent) != 1000 {
		t.Error("not all is there")
	}
	if feed.take() != nil {
		t.Error("it is taken twice")
	}
}
