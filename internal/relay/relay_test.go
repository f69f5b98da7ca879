package relay

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/schemas"
)

// play runs a test in virtual time with a relay that runs.
func play(t *testing.T, w *world, cfg Config, test func(t *testing.T, r *Relay, stop func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := w.relay(t, cfg)
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- r.Run(ctx) }()
		stopped := false
		stop := func() {
			if stopped {
				return
			}
			stopped = true
			cancel()
			if err := <-ran; err != nil {
				t.Error(err)
			}
		}
		defer stop()
		test(t, r, stop)
		stop()
		w.check(t)
	})
}

// after lets virtual time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *world) left() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, box := range w.boxes {
		n += len(box)
	}
	return n
}

func (w *world) ids() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent)
}

func TestEntriesArePublishedInOrderAndTrimmedAfterwards(t *testing.T) {
	w := newWorld()
	w.put(3, schemas.TopicLevels, 700)
	play(t, w, Config{Page: 64}, func(t *testing.T, _ *Relay, _ func()) {
		after(time.Second)
		sent := w.ids()
		if len(sent) != 700 || w.left() != 0 {
			t.Fatalf("%d published, %d left", len(sent), w.left())
		}
		for i, id := range sent {
			if id != strconv.Itoa(i+1) {
				t.Fatalf("%s at place %d", id, i)
			}
		}
		if w.published != 700 {
			t.Errorf("%d counted", w.published)
		}
	})
}

func TestAnIdleRelayLooksTenTimesASecondAndWakesAtOnce(t *testing.T) {
	w := newWorld()
	play(t, w, Config{}, func(t *testing.T, r *Relay, _ func()) {
		after(10 * time.Second)
		if w.looks < 95 || w.looks > 105 {
			t.Errorf("%d looks in 10 s", w.looks)
		}
		after(20 * time.Millisecond) // amid its wait
		w.put(1, schemas.TopicLevels, 1)
		r.Nudge()
		after(0)
		if w.left() != 0 {
			t.Error("a nudge did not wake it")
		}
		w.put(1, schemas.TopicLevels, 1)
		after(100 * time.Millisecond)
		if w.left() != 0 {
			t.Error("without a nudge it took longer than a poll")
		}
		before := w.looks
		for range 1000 {
			r.Nudge()
			after(100 * time.Microsecond)
		}
		if looks := w.looks - before; looks > 6 {
			t.Errorf("%d looks in 100 ms of nudging", looks)
		}
	})
}

func TestBucketsAndTheirMembersGoSideBySideWithinTheBounds(t *testing.T) {
	w := newWorld()
	for i := range 1000 { // ten of each member
		w.putOf(i%20, i/20%5, schemas.TopicLevels, 1)
	}
	running, most := 0, 0
	w.fault = func(step, _ string) error {
		if step != "publish" {
			return nil
		}
		w.mu.Lock()
		running++
		most = max(most, running)
		w.mu.Unlock()
		time.Sleep(time.Millisecond)
		w.mu.Lock()
		running--
		w.mu.Unlock()
		return nil
	}
	play(t, w, Config{Buckets: 10, Members: 2}, func(t *testing.T, _ *Relay, _ func()) {
		after(100 * time.Millisecond) // 1000 entries of 1 ms, 20 at once; of each five members the last is alone
		if w.left() != 0 || most != 20 {
			t.Errorf("%d left, %d at once", w.left(), most)
		}
	})
}

func TestAStopWaitsForAPublisherAndNotForEver(t *testing.T) {
	for name, c := range map[string]struct{ answers, within time.Duration }{
		"soon":  {time.Second, time.Second},
		"never": {time.Hour, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.put(1, schemas.TopicLevels, 2)
			w.fault = func(step, what string) error {
				if step == "publish" && strings.HasSuffix(what, " 1") {
					time.Sleep(c.answers)
				}
				return nil
			}
			play(t, w, Config{}, func(t *testing.T, _ *Relay, stop func()) {
				synctest.Wait()
				began := time.Now()
				stop()
				if took := time.Since(began); took > c.within {
					t.Errorf("it took %v", took)
				}
				if name == "soon" && w.left() != 1 {
					t.Errorf("%d left: the acknowledged entry is not trimmed, or more was begun", w.left())
				}
				after(2 * time.Hour) // the one that was left ends
			})
		})
	}
}

func TestNewComplainsOfEverything(t *testing.T) {
	_, err := New(Config{Poll: -1, RetryBase: time.Hour}, Deps{})
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{"poll", "retryMax", "a store"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not tell of %s", err, want)
		}
	}
	if errors.Is(err, errAway) {
		t.Error("nonsense")
	}
}
