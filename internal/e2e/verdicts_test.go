package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/internal/drill/spoil"
)

// What Elasticsearch can say of a bulk request, each settled as the design says, by the
// real binary before a real store.
func TestElasticAnswers(t *testing.T) {
	s := newSite(t, loadEnv()...).setup()
	spoiler := newSpoiler(t, s.elastic)
	c := s.start("pipelines", []string{"SLUICE_ELASTIC_URLS=" + spoiler.URL()}, "run", "pipelines", "--pipelines", history).ready()
	bench := &answers{s: s, c: c, spoiler: spoiler}
	t.Run("429 of two items", bench.itemsBusy)
	t.Run("503 of the request", bench.requestRefusedForNow)
	t.Run("401", bench.refusesUs)
	t.Run("413", bench.tooLarge)
	t.Run("400 of one item", bench.poison)
	t.Run("cut reply", bench.cutReply)
	t.Run("wrong item count", bench.wrongCount)
	if err := c.sums(history).check(); err != nil {
		t.Error(err)
	}
	c.stop()
}

// answers is one process before the spoiler, and what it has been sent.
type answers struct {
	s       *site
	c       *child
	spoiler *spoil.Store
	serial  int
	before  sums
}

const wave = 10

// send publishes ten pings of one driver, so of one partition, under a script, and returns their ids.
func (a *answers) send(t *testing.T, script spoil.Script) []string {
	t.Helper()
	a.before = a.c.sums(history)
	a.spoiler.Play(script)
	now := time.Now().UnixMilli()
	out := make([]outgoing, wave)
	ids := make([]string, wave)
	for i := range out {
		a.serial++
		f := &fix{driver: "D", ts: now + int64(a.serial), lat: 30, lon: 120, optional: map[string]any{"seq": a.serial}}
		out[i] = outgoing{key: f.driver, value: f.json(), received: now, fix: f}
		ids[i] = f.id()
	}
	if err := a.s.publish(pings, out); err != nil {
		t.Fatal(err)
	}
	return ids
}

// times is true of a request while any of its ids has not been in more than n: however the
// wave is cut into batches, each of them is spoilt so often.
func times(n int) func(ids []string) bool {
	tries := map[string]int{}
	return func(ids []string) bool {
		early := false
		for _, id := range ids {
			tries[id]++
			early = early || tries[id] <= n
		}
		return early
	}
}

// done waits until everything is settled, and compares what it came to with what it should have.
func (a *answers) done(t *testing.T, want sums, ids []string) {
	t.Helper()
	a.s.settled(history)
	want.consumed += wave
	got := a.c.sums(history)
	if want = a.before.plus(want); got != want {
		t.Errorf("counters: %s\nwant:     %s", got, want)
	}
	var stored []string
	for _, d := range a.s.store.scan(a.s.prefix + "pings-*") {
		stored = append(stored, d.ID)
	}
	for _, id := range ids {
		if !slices.Contains(stored, id) {
			t.Errorf("%s is not in the store", id)
		}
	}
}

// retried counts the requests that carried an id.
func (a *answers) retried(id string) int {
	n := 0
	for _, ids := range a.spoiler.Requests() {
		if slices.Contains(ids, id) {
			n++
		}
	}
	return n
}

func (a *answers) itemsBusy(t *testing.T) {
	tries := map[string]int{}
	chosen := func(id string) bool { return strings.HasSuffix(id, "3") || strings.HasSuffix(id, "7") }
	ids := a.send(t, func(ids []string) spoil.Answer {
		what := spoil.Answer{Items: map[string]int{}}
		for _, id := range ids {
			if chosen(id) {
				if tries[id]++; tries[id] <= 3 {
					what.Items[id] = http.StatusTooManyRequests
				}
			}
		}
		return what
	})
	a.done(t, sums{stored: wave}, ids)
	for _, id := range ids {
		want := 1
		if chosen(id) {
			want = 4
		}
		if got := a.retried(id); got != want {
			t.Errorf("%s was sent %d times, want %d", id, got, want)
		}
	}
	if len(tries) != 2 {
		t.Errorf("%d items were made busy: this test proves nothing", len(tries))
	}
}

func (a *answers) requestRefusedForNow(t *testing.T) {
	thrice := times(3)
	ids := a.send(t, func(ids []string) spoil.Answer {
		if thrice(ids) {
			return spoil.Answer{Status: http.StatusServiceUnavailable}
		}
		return spoil.Answer{}
	})
	a.done(t, sums{stored: wave}, ids)
}

func (a *answers) refusesUs(t *testing.T) {
	ids := a.send(t, func([]string) spoil.Answer { return spoil.Answer{Status: http.StatusUnauthorized} })
	until(t, "the lane to say that it is refused", func() error {
		m, err := a.c.metrics()
		if err == nil && m.sum("sluice_lane_state", label{"pipeline", history}, label{"state", "refused"}) != 1 {
			err = errors.New("no lane is refused")
		}
		return err
	})
	until(t, "it to try again", func() error {
		if n := len(a.spoiler.Requests()); n < 4 {
			return fmt.Errorf("%d requests", n)
		}
		return nil
	})
	if a.s.behind(history, pings) == nil {
		t.Error("refused records were committed")
	}
	if got := a.c.sumsNow(history); got.settled() != a.before.settled() {
		t.Errorf("refused records were settled: %s, before %s", got, a.before)
	}
	a.spoiler.Play(nil)
	a.done(t, sums{stored: wave}, ids)
}

// tooLarge refuses every request of more than two writes, and one write in any company.
func (a *answers) tooLarge(t *testing.T) {
	giant := ""
	ids := a.send(t, func(ids []string) spoil.Answer {
		for _, id := range ids {
			if strings.HasSuffix(id, "5") {
				giant = id
			}
		}
		if len(ids) > 2 || slices.Contains(ids, giant) {
			return spoil.Answer{Status: http.StatusRequestEntityTooLarge}
		}
		return spoil.Answer{}
	})
	ids = slices.DeleteFunc(ids, func(id string) bool { return strings.HasSuffix(id, "5") })
	a.done(t, sums{stored: wave - 1, poison: 1}, ids)
	a.lastLetter(t, "too_large", "413", giant)
}

func (a *answers) poison(t *testing.T) {
	bad := ""
	ids := a.send(t, func(ids []string) spoil.Answer {
		what := spoil.Answer{Items: map[string]int{}}
		for _, id := range ids {
			if strings.HasSuffix(id, "8") {
				bad = id
				what.Items[id] = http.StatusBadRequest
			}
		}
		return what
	})
	ids = slices.DeleteFunc(ids, func(id string) bool { return strings.HasSuffix(id, "8") })
	a.done(t, sums{stored: wave - 1, poison: 1}, ids)
	a.lastLetter(t, "document_parsing_exception", "400", bad)
}

// lastLetter checks that the newest dead letter is about that document.
func (a *answers) lastLetter(t *testing.T, reason, status, id string) {
	t.Helper()
	for _, e := range a.s.read(history + ".dead") {
		seq := id[strings.LastIndexByte(id, '-')+1:]
		if strings.Contains(e.value, `"seq":`+seq+`,`) {
			if e.headers["dead-reason"] != reason || e.headers["dead-status"] != status || e.headers["dead-stage"] != "sink" {
				t.Errorf("the letter about %s says %v", id, e.headers)
			}
			return
		}
	}
	t.Errorf("there is no letter about %s", id)
}

// cutReply is the case that makes exactly-once hard: the writes took effect, and the answer that
// says so is lost.
func (a *answers) cutReply(t *testing.T) {
	twice := times(2)
	ids := a.send(t, func(ids []string) spoil.Answer { return spoil.Answer{Cut: twice(ids)} })
	a.done(t, sums{duplicate: wave}, ids)
}

func (a *answers) wrongCount(t *testing.T) {
	twice := times(2)
	ids := a.send(t, func(ids []string) spoil.Answer { return spoil.Answer{Lack: twice(ids)} })
	a.done(t, sums{duplicate: wave}, ids)
}
