package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
)

func TestBatchClosesOnCountBytesOrAge(t *testing.T) {
	for name, c := range map[string]struct {
		cfg     pipelines.Config
		records int
		want    int           // writes when the batch has closed
		before  time.Duration // nothing written yet
		after   time.Duration // all written
	}{
		"count": {pipelines.Config{BatchRecords: 10, BatchAge: time.Hour, CommitInterval: time.Hour}, 10, 10, 0, 0},
		"bytes": {pipelines.Config{BatchBytes: 200, BatchAge: time.Hour, CommitInterval: time.Hour}, 20, 17, 0, 0},
		"age":   {pipelines.Config{BatchAge: 300 * time.Millisecond, CommitInterval: time.Hour}, 3, 3, 299 * time.Millisecond, 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, 1, c.cfg, everyOne, nil)
				for i := range c.records {
					r.group.Append(0, rec("k", int64(i)))
				}
				if c.before > 0 {
					sleep(c.before)
					if n := len(r.store.Docs()); n != 0 {
						t.Fatalf("%d written before the batch's age", n)
					}
				}
				sleep(c.after - c.before)
				if n := len(r.store.Docs()); n != c.want {
					t.Fatalf("%d of %d written after %s, want %d", n, c.records, c.after, c.want)
				}
			})
		})
	}
}

func TestRetrySendsOnlyFailedItemsAndNeverGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var offered []int
		var when []time.Duration
		begin := time.Now()
		r := start(t, 1, pipelines.Config{BatchRecords: 10}, everyOne, func(r *rig) {
			r.store.Break(func(_ context.Context, writes []pipelines.Write, results []pipelines.Result) (bool, error) {
				offered = append(offered, len(writes))
				when = append(when, time.Since(begin))
				for i, w := range writes {
					if string(w.Key) == "k#3" || string(w.Key) == "k#7" {
						results[i] = pipelines.Result{Verdict: pipelines.Retry, Status: 429, Reason: "busy"}
					}
				}
				return false, nil
			})
		})
		for i := range 10 {
			r.group.Append(0, rec("k", int64(i)))
		}
		sleep(time.Hour)
		if offered[0] != 10 || offered[1] != 2 || offered[len(offered)-1] != 2 {
			t.Fatalf("offered %v…, want 10 and then only the 2 that failed", offered[:3])
		}
		if len(offered) < 500 {
			t.Fatalf("%d attempts in an hour: it gave up", len(offered))
		}
		if gap := when[len(when)-1] - when[len(when)-2]; gap > 5*time.Second {
			t.Fatalf("waits %s between attempts, more than RetryMax", gap)
		}
		if got := r.group.Committed(0); got > 3 {
			t.Fatalf("committed %d with 3 unsettled", got)
		}
		r.store.Break(nil)
		sleep(10 * time.Second)
		if got := r.group.Committed(0); got != 10 {
			t.Fatalf("committed %d after the store healed, want 10", got)
		}
		if n, _ := r.obs.Events(pipelines.Accepted); n != 1 {
			t.Fatalf("noted the store's return %d times", n)
		}
	})
}

func TestPoisonIsBuriedBeforeTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{BatchRecords: 5}, everyOne, func(r *rig) {
			r.dead.Break(errors.New("no brokers"))
			r.store.Break(func(_ context.Context, writes []pipelines.Write, results []pipelines.Result) (bool, error) {
				for i, w := range writes {
					if string(w.Key) == "bad#3" {
						results[i] = pipelines.Result{Verdict: pipelines.Poison, Status: 400, Reason: "mapper_parsing_exception"}
					}
				}
				return false, nil
			})
		})
		undecodable := pipelines.Record{Key: []byte("k"), Value: []byte("!"), Headers: []pipelines.Header{{Key: "h", Value: []byte("v")}}}
		r.group.Append(0, rec("a", 1), undecodable, rec("b", 2), rec("bad", 3), rec("c", 4))
		sleep(time.Minute)
		if got := r.group.Committed(0); got > 1 {
			t.Fatalf("committed %d while no dead letter is acknowledged", got)
		}
		if n := len(r.store.Docs()); n != 3 {
			t.Fatalf("%d stored: poison held back the others", n)
		}
		r.dead.Break(nil)
		sleep(10 * time.Second)
		if got := r.group.Committed(0); got != 5 {
			t.Fatalf("committed %d, want 5", got)
		}
		letters := r.dead.Letters()
		if len(letters) != 2 {
			t.Fatalf("%d letters, want each poison once", len(letters))
		}
		for _, letter := range letters {
			switch letter.Record.Offset {
			case 1:
				if letter.Stage != pipelines.StageDecode || letter.Reason != "bad_note" || string(letter.Record.Value) != "!" || string(letter.Record.Header("h")) != "v" {
					t.Errorf("letter of the undecodable record: %+v", letter)
				}
			case 3:
				if letter.Stage != pipelines.StageSink || letter.Reason != "mapper_parsing_exception" || letter.Status != 400 {
					t.Errorf("letter of the record that the store rejects: %+v", letter)
				}
			default:
				t.Errorf("letter of offset %d", letter.Record.Offset)
			}
		}
		if r.obs.Consumed() != 5 || r.obs.Sum() != 5 || r.obs.Verdict(pipelines.Poison) != 2 {
			t.Fatalf("consumed %d, verdicts add up to %d, poison %d", r.obs.Consumed(), r.obs.Sum(), r.obs.Verdict(pipelines.Poison))
		}
	})
}

func TestRefusedIsLoudKeepsTryingAndCommitsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{BatchRecords: 4}, everyOne, func(r *rig) {
			r.store.Break(func(_ context.Context, _ []pipelines.Write, results []pipelines.Result) (bool, error) {
				for i := range results {
					results[i] = pipelines.Result{Verdict: pipelines.Refused, Status: 401, Reason: "security_exception"}
				}
				return true, nil
			})
		})
		for i := range 40 {
			r.group.Append(0, rec("k", int64(i)))
		}
		sleep(10 * time.Minute)
		n, last := r.obs.Events(pipelines.RefusedBy)
		if n < 100 || last.Reason != "security_exception" {
			t.Fatalf("refusal noted %d times, the last as %q", n, last.Reason)
		}
		if got := r.group.Committed(0); got != 0 || r.group.Commits != 0 {
			t.Fatalf("committed %d", got)
		}
		if len(r.dead.Letters()) != 0 {
			t.Fatal("a refusal was dead-lettered")
		}
		r.store.Break(nil)
		sleep(time.Minute)
		if got := r.group.Committed(0); got != 40 || len(r.store.Docs()) != 40 {
			t.Fatalf("committed %d, stored %d after the refusal ended", got, len(r.store.Docs()))
		}
	})
}

func TestBacklogDrainsByDroppingWhatIsTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream := func() pipelines.Stream[note] {
			return &notes{create: true, age: pipelines.AgeGate{MaxAge: time.Minute}}
		}
		r := start(t, 1, pipelines.Config{BatchRecords: 2, InFlight: 1}, stream, func(r *rig) {
			r.store.Break(func(context.Context, []pipelines.Write, []pipelines.Result) (bool, error) {
				return true, errors.New("connection refused")
			})
		})
		for i := range 6 {
			r.group.Append(0, rec("old", int64(i)))
		}
		sleep(5 * time.Minute)
		fresh := r.group.Append(0, rec("new", 1))
		r.store.Break(nil)
		sleep(time.Minute)
		docs := r.store.Docs()
		if _, ok := docs[fmt.Sprintf("notes/new#%d", fresh)]; !ok || len(docs) != 1 {
			t.Fatalf("stored %d documents, want only the fresh one", len(docs))
		}
		if r.obs.Reason(pipelines.ReasonAge) != 6 || r.group.Committed(0) != 7 {
			t.Fatalf("%d dropped for age, committed %d", r.obs.Reason(pipelines.ReasonAge), r.group.Committed(0))
		}
	})
}
