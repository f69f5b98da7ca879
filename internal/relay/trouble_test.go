package relay

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/schemas"
)

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
		got := w.ids()
		slices.Sort(got) // those of two topics are in no order
		if !slices.Equal(got, []string{"1", "5"}) || w.left() != 0 {
			t.Errorf("published %v, %d left", got, w.left())
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
