package pipelines_test

import (
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
)

func TestCoalescingWritesTheNewestAndSettlesWhatItAbsorbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{CoalesceWindow: time.Second, BatchAge: time.Millisecond}, newest, nil)
		r.group.Append(0, rec("a", 5), rec("b", 1), rec("a", 7), rec("a", 6), rec("a", 7))
		sleep(990 * time.Millisecond)
		if n := len(r.store.Docs()); n != 0 {
			t.Fatalf("%d written within the window", n)
		}
		if n := r.obs.Reason(pipelines.ReasonCoalesced); n != 3 {
			t.Fatalf("%d settled as coalesced within the window, want 3", n)
		}
		sleep(time.Second)
		docs := r.store.Docs()
		if len(docs) != 2 || docs["notes/a"].Version != 7 || docs["notes/b"].Version != 1 {
			t.Fatalf("stored %v", docs)
		}
		if _, offered, _ := r.store.Counts(); offered != 2 {
			t.Fatalf("%d writes offered for 5 records of 2 identities", offered)
		}
		sleep(time.Second)
		if got := r.group.Committed(0); got != 5 || r.obs.Sum() != 5 {
			t.Fatalf("committed %d, %d verdicts", got, r.obs.Sum())
		}
	})
}

// A record that a newer one absorbed is settled at once; the commit must still not pass
// the survivor, wherever it lies.
func TestAnAbsorbedRecordNeverLetsTheCommitPassTheSurvivor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{CoalesceWindow: time.Minute, CommitInterval: time.Second}, newest, nil)
		r.group.Append(0, rec("a", 1), rec("a", 9), rec("a", 3), rec("a", 4))
		sleep(30 * time.Second)
		if got := r.group.Committed(0); got != 1 {
			t.Fatalf("committed %d, want 1: the survivor has offset 1", got)
		}
	})
}

func TestCoalescingNeedsAnIdentity(t *testing.T) {
	_, err := pipelines.New(pipelines.Config{Name: "x", CoalesceWindow: time.Second}, func() pipelines.Stream[note] { return anonymous{} }, nil, nil, nil)
	if err == nil {
		t.Fatal("a stream without identity was accepted")
	}
}

type anonymous struct{}

func (anonymous) Decode(*pipelines.Record, *note) error { return nil }

func (anonymous) Gate(*note, int64) (pipelines.Verdict, string) { return pipelines.Unsettled, "" }

func (anonymous) Process(_ *note, arena []byte) ([]byte, pipelines.Write) {
	return arena, pipelines.Write{}
}
