package pipelines_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
)

func TestCoalescingWritesTheFirstAtOnceAndTheNewestAfterTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{CoalesceWindow: time.Second, BatchAge: time.Millisecond}, newest, nil)
		r.group.Append(0, rec("a", 5), rec("b", 1), rec("a", 7), rec("a", 6), rec("a", 8), rec("a", 8))
		sleep(990 * time.Millisecond)
		if docs := r.store.Docs(); len(docs) != 2 || docs["notes/a"].Version != 5 {
			t.Fatalf("stored %v within the window", docs)
		}
		if n := r.obs.Reason(pipelines.ReasonCoalesced); n != 2 {
			t.Fatalf("%d settled as coalesced within the window, want 2: the first that was replaced waits for who replaced it", n)
		}
		sleep(time.Second)
		if docs := r.store.Docs(); len(docs) != 2 || docs["notes/a"].Version != 8 || docs["notes/b"].Version != 1 {
			t.Fatalf("stored %v", docs)
		}
		if _, offered, _ := r.store.Counts(); offered != 3 {
			t.Fatalf("%d writes offered for 6 records of 2 identities in one window", offered)
		}
		sleep(time.Second)
		if got := r.group.Committed(0); got != 6 || r.obs.Sum() != 6 {
			t.Fatalf("committed %d, %d verdicts", got, r.obs.Sum())
		}
	})
}

// Whoever writes without a pause is written once per window, not twice.
func TestCoalescingWritesOncePerWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{CoalesceWindow: time.Second, BatchAge: time.Millisecond}, newest, nil)
		for i := range 100 {
			r.group.Append(0, rec("a", int64(i+1)))
			sleep(100 * time.Millisecond)
		}
		sleep(2 * time.Second)
		_, offered, _ := r.store.Counts()
		if docs := r.store.Docs(); offered < 10 || offered > 12 || docs["notes/a"].Version != 100 {
			t.Fatalf("%d writes in ten seconds, the last of version %d", offered, docs["notes/a"].Version)
		}
	})
}

// A record that a newer one absorbed may be settled at once; the commit must still not pass
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

// What is read again after a crash meets gates that remember nothing, and may drop the survivor: then
// one of those that it had replaced has to be there.
func TestTheCommitPassesNoAbsorbedRecordBeforeItsSurvivor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 1, pipelines.Config{CoalesceWindow: time.Minute, CommitInterval: time.Second}, newest, nil)
		r.group.Append(0, rec("a", 1), rec("a", 3), rec("b", 1), rec("a", 5), rec("a", 9))
		sleep(30 * time.Second)
		if got := r.group.Committed(0); got != 1 {
			t.Fatalf("committed %d, want 1: the record at offset 1 was replaced by one that is not stored", got)
		}
		sleep(40 * time.Second)
		if got := r.group.Committed(0); got != 5 || r.obs.Sum() != 5 || r.obs.Reason(pipelines.ReasonCoalesced) != 2 {
			t.Fatalf("committed %d, %d verdicts, %d of them coalesced", got, r.obs.Sum(), r.obs.Reason(pipelines.ReasonCoalesced))
		}
	})
}

// What windows hold is memory as well: a lane stops polling for it, also while its store is well.
func TestMemoryIsBoundedWhileWindowsHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const identities, size, buffer = 400, 1000, 64 << 10
		r := start(t, 1, pipelines.Config{
			CoalesceWindow: time.Minute, BatchAge: time.Millisecond, BufferBytes: buffer, BatchBytes: 16 << 10, PollRecords: 16,
		}, newest, nil)
		for i := range identities {
			key := fmt.Sprintf("%0*d", size, i)
			r.group.Append(0, rec(key, 1), rec(key, 2))
		}
		sleep(30 * time.Second)
		if held := r.obs.Consumed() - r.obs.Sum(); held == 0 || held*size > 2*buffer {
			t.Fatalf("windows hold %d records of %d bytes, with a buffer of %d", held, size, buffer)
		}
		if n, _ := r.obs.Events(pipelines.Blocked); n == 0 {
			t.Fatal("the lane has not said that it is blocked")
		}
		sleep(time.Hour)
		if docs := r.store.Docs(); len(docs) != identities || r.group.Committed(0) != 2*identities {
			t.Fatalf("stored %d, committed %d", len(docs), r.group.Committed(0))
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

func (anonymous) Gate(*note, pipelines.Seat, int64) (pipelines.Verdict, string) {
	return pipelines.Unsettled, ""
}

func (anonymous) Process(_ *note, arena []byte) ([]byte, pipelines.Write) {
	return arena, pipelines.Write{}
}
