package requeue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

func TestRequeuedLettersAreOpenNoMore(t *testing.T) {
	store := newTopics()
	store.bury(t, 100, 7)
	r, w := requeuer(t, store, settings())
	sum, err := r.Requeue(t.Context(), NewBox(store, live))
	if err != nil || sum != (Summary{Done: 100}) || len(w.done) != 100 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if got := store.states(t); got[Requeued] != 100 || got[Open] != 0 {
		t.Errorf("afterwards %v", got)
	}
	if got := store.values(); len(got) != 100 {
		t.Errorf("%d records were put back", len(got))
	}
	if sum, err = r.Requeue(t.Context(), NewBox(store, live)); err != nil || sum != (Summary{Settled: 100}) {
		t.Errorf("again: %+v, %v", sum, err)
	}
}

func TestOrderOfAKeyIsKept(t *testing.T) {
	store := newTopics()
	store.bury(t, 400, 9)
	var flying, most atomic.Int32
	store.before = func(part pipelines.Partition, _ *pipelines.Record) error {
		if part.Topic == pings {
			most.Store(max(most.Load(), flying.Add(1)))
			pausing := time.NewTimer(time.Duration(rand.IntN(300)) * time.Microsecond)
			<-pausing.C
			flying.Add(-1)
		}
		return nil
	}
	r, _ := requeuer(t, store, settings())
	if _, err := r.Requeue(t.Context(), NewBox(store, live)); err != nil {
		t.Fatal(err)
	}
	newest := map[string]int{}
	for _, id := range store.ids {
		for _, rec := range store.of(pings, id) {
			n, err := strconv.Atoi(string(rec.Value))
			if err != nil || n < newest[string(rec.Key)] {
				t.Fatalf("%s of key %s came behind %d", rec.Value, rec.Key, newest[string(rec.Key)])
			}
			newest[string(rec.Key)] = n
		}
	}
	if most.Load() < 2 {
		t.Error("letters of several keys were never under way at once: the test shows nothing")
	}
}

// A process that is killed between record and mark leaves the letter open; the next run puts
// it back once more, and then it is marked.
func TestKilledBetweenRecordAndMark(t *testing.T) {
	store := newTopics()
	store.bury(t, 20, 4)
	dead := errors.New("killed")
	store.before = func(part pipelines.Partition, _ *pipelines.Record) error {
		if part.Topic == schemas.DeadTopic(live) {
			return dead
		}
		return nil
	}
	r, _ := requeuer(t, store, settings())
	if _, err := r.Requeue(t.Context(), NewBox(store, live)); !errors.Is(err, dead) {
		t.Fatalf("without marks: %v", err)
	}
	if got := store.states(t); got[Open] != 20 {
		t.Fatalf("unmarked letters are %v", got)
	}
	store.before = nil
	if _, err := r.Requeue(t.Context(), NewBox(store, live)); err != nil {
		t.Fatal(err)
	}
	if got := store.states(t); got[Requeued] != 20 {
		t.Errorf("afterwards %v", got)
	}
	all := store.values()
	slices.Sort(all)
	if len(all) != 40 || len(slices.Compact(all)) != 20 {
		t.Errorf("%d records of %d letters, want each twice", len(store.values()), len(slices.Compact(all)))
	}
}

func TestTwoAtOnceDoNoHarm(t *testing.T) {
	store := newTopics()
	store.bury(t, 300, 11)
	var both sync.WaitGroup
	for range 2 {
		r, _ := requeuer(t, store, settings())
		both.Go(func() {
			if _, err := r.Requeue(t.Context(), NewBox(store, live)); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	times := map[string]int{}
	for _, value := range store.values() {
		times[value]++
	}
	for value, n := range times {
		if n > 2 {
			t.Errorf("letter %s was put back %d times", value, n)
		}
	}
	if got := store.states(t); len(times) != 300 || got[Requeued] != 300 {
		t.Errorf("%d of 300 were put back, and are %v", len(times), got)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	store := newTopics()
	store.bury(t, 30, 3)
	store.before = func(part pipelines.Partition, _ *pipelines.Record) error {
		t.Errorf("wrote to %v", part)
		return nil
	}
	cfg := settings()
	cfg.DryRun, cfg.Limit = true, 10
	r, _ := requeuer(t, store, cfg)
	for name, do := range map[string]func(context.Context, *Box) (Summary, error){"requeue": r.Requeue, "drop": r.Drop} {
		if sum, err := do(t.Context(), NewBox(store, live)); err != nil || sum.Done != 10 {
			t.Errorf("%s: %+v, %v", name, sum, err)
		}
	}
}

func TestDropPublishesNothing(t *testing.T) {
	store := newTopics()
	store.bury(t, 1200, 3)
	r, _ := requeuer(t, store, settings())
	if sum, err := r.Drop(t.Context(), NewBox(store, live)); err != nil || sum.Done != 1200 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if got := store.states(t); got[Dropped] != 1200 || len(store.values()) != 0 {
		t.Errorf("%v, and %d records were put back", got, len(store.values()))
	}
}

func TestWhatCannotBeRequeuedStaysOpen(t *testing.T) {
	store := newTopics()
	part := pipelines.Partition{Topic: schemas.DeadTopic(live)}
	letters := []pipelines.Record{
		{Value: []byte("short"), Headers: story(0, 0, header(schemas.HeaderDeadDetail, "x; "+pipelines.CutShort+": its value had 9 bytes"))},
		{Value: []byte("foreign"), Headers: story(0, 1, header(schemas.HeaderDeadTopic, "someone.elses"))},
		{Value: []byte("hopeless"), Headers: story(0, 2, header(schemas.HeaderDeadAttempts, "5"))},
		{Value: []byte("refused"), Headers: story(0, 3)},
		{Value: []byte("fine"), Headers: story(0, 4, header(schemas.HeaderDeadAttempts, "4"))},
	}
	if err := store.PublishTo(t.Context(), part, letters); err != nil {
		t.Fatal(err)
	}
	store.before = func(_ pipelines.Partition, rec *pipelines.Record) error {
		if string(rec.Value) == "refused" {
			return errors.New("too large for the topic")
		}
		return nil
	}
	r, w := requeuer(t, store, settings())
	sum, err := r.Requeue(t.Context(), NewBox(store, live))
	if err != nil || sum != (Summary{Done: 1, Failed: 3, Hopeless: 1}) {
		t.Fatalf("%+v, %v", sum, err)
	}
	if got := store.values(); len(got) != 1 || got[0] != "fine" {
		t.Errorf("put back %v", got)
	}
	if got := store.states(t); got[Open] != 4 {
		t.Errorf("afterwards %v", got)
	}
	told := fmt.Sprint(w.errs)
	for _, want := range []string{"gps-live/0/0: it was cut short", "gps-live/0/1: its topic is none", "too large for the topic"} {
		if !strings.Contains(told, want) {
			t.Errorf("nobody was told %q: %s", want, told)
		}
	}
}

func TestAnAbsentKafkaIsTriedAgainAndThenEndsTheRun(t *testing.T) {
	synctest.Test(t, absentKafka)
}

func absentKafka(t *testing.T) {
	store := newTopics()
	store.bury(t, 50, 50)
	var tries atomic.Int32
	store.before = func(part pipelines.Partition, _ *pipelines.Record) error {
		if part.Topic == pings && tries.Add(1) <= 2 {
			return errAway
		}
		return nil
	}
	r, _ := requeuer(t, store, settings())
	if sum, err := r.Requeue(t.Context(), NewBox(store, live)); err != nil || sum.Done != 50 {
		t.Fatalf("after two failures: %+v, %v", sum, err)
	}
	away := newTopics()
	away.bury(t, 500, 500)
	away.before = func(part pipelines.Partition, _ *pipelines.Record) error {
		if part.Topic == pings {
			return errAway
		}
		return nil
	}
	r, _ = requeuer(t, away, settings())
	sum, err := r.Requeue(t.Context(), NewBox(away, live))
	if !errors.Is(err, errAway) || sum.Done != 0 || sum.Failed > 2*maxWindow {
		t.Errorf("while it stays away: %+v, %v", sum, err)
	}
	if got := away.states(t); got[Open] != 500 {
		t.Errorf("afterwards %v", got)
	}
}

func TestAStopEndsBetweenTwoLettersAndMarksWhatWasDone(t *testing.T) {
	store := newTopics()
	store.bury(t, 500, 5)
	ctx, stop := context.WithCancel(t.Context())
	var n atomic.Int32
	store.before = func(part pipelines.Partition, _ *pipelines.Record) error {
		if part.Topic == pings && n.Add(1) == 100 {
			stop()
		}
		return nil
	}
	r, _ := requeuer(t, store, settings())
	sum, err := r.Requeue(ctx, NewBox(store, live))
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("a stop was told as %v", err)
	}
	put, got := len(store.values()), store.states(t)
	if put < 100 || put > 100+maxWindow || got[Requeued] != put || int(sum.Done) != put {
		t.Errorf("%d records were put back, the letters are %v, the summary %+v", put, got, sum)
	}
}

func TestThrottle(t *testing.T) {
	synctest.Test(t, throttled)
}

func throttled(t *testing.T) {
	store := newTopics()
	store.bury(t, 30, 30)
	cfg := settings()
	cfg.Rate = 100
	r, _ := requeuer(t, store, cfg)
	began := time.Now()
	if _, err := r.Requeue(t.Context(), NewBox(store, live)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 290*time.Millisecond || took > time.Second {
		t.Errorf("30 letters at 100 a second took %v", took)
	}
}

// Letters of a record that was requeued for another pipeline would double with each round.
func TestEchoesAreNotRequeued(t *testing.T) {
	store := newTopics()
	part := pipelines.Partition{Topic: schemas.DeadTopic(live)}
	echo := story(0, 0, header(schemas.HeaderDeadFor, "gps-history"), header(schemas.HeaderDeadAttempts, "1"))
	own := story(0, 1, header(schemas.HeaderDeadFor, live), header(schemas.HeaderDeadAttempts, "1"))
	if err := store.PublishTo(t.Context(), part, []pipelines.Record{{Value: []byte("echo"), Headers: echo}, {Value: []byte("own"), Headers: own}}); err != nil {
		t.Fatal(err)
	}
	r, _ := requeuer(t, store, settings())
	if sum, err := r.Requeue(t.Context(), NewBox(store, live)); err != nil || sum.Done != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if got := store.states(t); got[Echo] != 1 || got[Requeued] != 1 {
		t.Errorf("afterwards %v", got)
	}
	cfg := settings()
	cfg.Filter.IDs = []ID{{Pipeline: live}}
	r, _ = requeuer(t, store, cfg)
	if sum, err := r.Requeue(t.Context(), NewBox(store, live)); err != nil || sum.Done != 1 {
		t.Errorf("named: %+v, %v", sum, err)
	}
}
