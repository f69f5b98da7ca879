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
		if looks := w.looks - before; looks > 25 {
			t.Errorf("%d looks in 100 ms of nudging", looks)
		}
	})
}

func TestAnOutageIsRetriedAndTold(t *testing.T) {
	w := newWorld()
	play(t, w, Config{}, func(t *testing.T, _ *Relay, _ func()) {
		w.fails(func(step, _ string) error {
			if step == "publish" {
				return errAway
			}
			return nil
		})
		w.put(1, schemas.TopicLevels, 3)
		after(time.Minute)
		if w.left() != 3 || w.retried == 0 || w.published != 0 {
			t.Errorf("%d left, %d retried, %d published", w.left(), w.retried, w.published)
		}
		if w.lagging != 1 || w.lag < 55*time.Second || w.lag > time.Minute {
			t.Errorf("a lag of %d buckets and %v after a minute", w.lagging, w.lag)
		}
		if w.retried > 400 {
			t.Errorf("%d attempts in a minute: it does not wait between them", w.retried)
		}
		w.fails(func(string, string) error { return nil })
		after(6 * time.Second)
		if got := strings.Join(w.ids(), " "); got != "1 2 3" {
			t.Errorf("published %s", got)
		}
		if w.lagging != 0 || w.lag != 0 {
			t.Errorf("a lag of %d buckets and %v at rest", w.lagging, w.lag)
		}
		if w.ages[0] < time.Minute {
			t.Errorf("an age of %v", w.ages[0])
		}
	})
}

func TestTheStoreAwayIsNoBusyLoop(t *testing.T) {
	w := newWorld()
	calls := 0
	w.fault = func(step, _ string) error {
		if step == "waiting" {
			calls++
			return errAway
		}
		return nil
	}
	play(t, w, Config{}, func(t *testing.T, _ *Relay, _ func()) {
		after(time.Minute)
		if calls < 10 || calls > 60 {
			t.Errorf("%d calls in a minute", calls)
		}
	})
}

func TestPoisonGoesToTheDeadLettersAndBlocksNobody(t *testing.T) {
	w := newWorld()
	w.put(1, schemas.TopicLevels, 1)
	w.put(1, "somewhere", 1)
	w.put(1, schemas.TopicLevels, 2)
	w.boxes[1][3].Key = nil
	w.put(1, schemas.TopicCoupons, 1)
	w.fault = func(step, what string) error {
		if step == "publish" && what == schemas.TopicLevels+" 3" {
			return errNever
		}
		return nil
	}
	play(t, w, Config{}, func(t *testing.T, _ *Relay, _ func()) {
		after(5 * time.Second)
		if got := strings.Join(w.ids(), " "); got != "1 5" || w.left() != 0 {
			t.Errorf("published %s, %d left", got, w.left())
		}
		if w.failed["unknown_topic"] != 1 || w.failed["never"] != 1 || w.failed["no_key"] != 1 || w.published != 2 {
			t.Errorf("%v, %d published", w.failed, w.published)
		}
		for _, l := range w.letters {
			if l.From.Topic != "outbox" || l.From.ID != 1 || l.Detail == "" || strings.Contains(l.Detail, "value-") {
				t.Errorf("%+v", l)
			}
		}
	})
}

func TestALetterThatIsNotKeptIsNotTrimmed(t *testing.T) {
	w := newWorld()
	w.put(1, "somewhere", 1)
	w.fault = func(step, _ string) error {
		if step == "letter" {
			return errAway
		}
		return nil
	}
	play(t, w, Config{LetterBytes: 3}, func(t *testing.T, _ *Relay, _ func()) {
		after(time.Minute)
		if w.left() != 1 || len(w.failed) != 0 {
			t.Errorf("%d left, %v", w.left(), w.failed)
		}
		w.fails(func(string, string) error { return nil })
		after(10 * time.Second)
		if len(w.letters) != 1 || string(w.letters[0].Record.Value) != "val" || !strings.Contains(w.letters[0].Detail, "7 bytes") {
			t.Errorf("kept %+v", w.letters)
		}
		w.wrong = nil // the letter is cut, which the fake takes for another
	})
}

func TestATopicThatFailsHoldsBackNoOther(t *testing.T) {
	w := newWorld()
	for range 10 {
		w.put(1, schemas.TopicCoupons, 1)
		w.put(1, schemas.TopicLevels, 1)
	}
	w.fault = func(step, what string) error {
		if step == "publish" && strings.HasPrefix(what, schemas.TopicCoupons) {
			return errAway
		}
		return nil
	}
	play(t, w, Config{}, func(t *testing.T, _ *Relay, _ func()) {
		after(5 * time.Second)
		if w.left() != 10 || len(w.ids()) != 10 {
			t.Errorf("%d left, %d published", w.left(), len(w.ids()))
		}
	})
}

func TestWhatCannotBeTrimmedIsNotPublishedAgain(t *testing.T) {
	w := newWorld()
	w.put(1, schemas.TopicLevels, 5)
	w.fault = func(step, _ string) error {
		if step == "trim" {
			return errAway
		}
		return nil
	}
	play(t, w, Config{}, func(t *testing.T, _ *Relay, _ func()) {
		after(time.Minute)
		if len(w.ids()) != 5 || w.left() != 5 {
			t.Errorf("%d published, %d left", len(w.ids()), w.left())
		}
		w.boxes[1][0].Value = []byte("another that was given the id")
		w.fails(func(string, string) error { return nil })
		after(10 * time.Second)
		if len(w.ids()) != 6 || w.left() != 0 {
			t.Errorf("%d published, %d left", len(w.ids()), w.left())
		}
	})
}

func TestBucketsGoSideBySideWithinTheBound(t *testing.T) {
	w := newWorld()
	for bucket := range 100 {
		w.put(bucket, schemas.TopicLevels, 10)
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
	play(t, w, Config{Buckets: 20}, func(t *testing.T, _ *Relay, _ func()) {
		after(60 * time.Millisecond) // 1000 entries of 1 ms, 20 at once
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
