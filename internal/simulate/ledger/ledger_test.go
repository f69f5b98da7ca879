package ledger

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/internal/simulate/plan"
)

func header() Header {
	return Header{
		Plan: plan.Plan{Run: "sim-x-", Start: 1_790_000_000_000, Rate: 1000, Drivers: 10, Records: 10_000, Batch: 50},
		To:   "http://gateway", Topic: "driver.pings", Pipelines: []Pipeline{{Name: "gps-live", Group: "g"}},
	}
}

// written is a ledger with some of everything, and its bytes.
func written(t testing.TB) (path string, raw []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.ledger")
	w, err := Create(path, header())
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		w.Issue(10),
		w.Outcome(Outcome{Block: 3, State: Answered, Sent: 1, Done: 2, Tries: 1, Rejected: 1, Refused: []Refusal{{Index: 7, Code: "bad_json"}}}),
		w.Outcome(Outcome{Block: 4, State: Skipped}),
		w.Sample(Sample{Asked: 4, At: 5, Readers: []Reader{{Pipeline: "gps-live", Partitions: []Offsets{{Partition: 1, Committed: 2, End: 3}}}}}),
		w.Counters(Counters{At: 6, Processes: []Process{{URL: "u", Started: 1, Counts: []Count{{"gps-live", "stored", "", 4}}}}}),
		w.Close(Closed{At: 7, Why: "done"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if raw, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return path, raw
}

func TestALedgerSaysWhatWasWritten(t *testing.T) {
	path, _ := written(t)
	l, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	want := header()
	want.Version = 1
	if !reflect.DeepEqual(l.Header, want) || l.Issued != 10 || len(l.Samples) != 1 || len(l.Counters) != 1 || l.Closed.Why != "done" || l.Torn != 0 {
		t.Errorf("%+v", l)
	}
	for block, state := range map[int64]State{3: Answered, 4: Skipped, 5: Doubt, 9: Doubt, 10: Skipped} {
		if got := l.Of(block); got.State != state || got.Block != block {
			t.Errorf("block %d is %+v, want %s", block, got, state)
		}
	}
	if got := l.Of(3).Refused; len(got) != 1 || got[0] != (Refusal{7, "bad_json"}) {
		t.Errorf("refused: %v", got)
	}
	if _, err := Create(path, header()); err == nil {
		t.Error("a ledger was written over another")
	}
}

func TestWhatIsCutOffAnywhereStillReads(t *testing.T) {
	path, raw := written(t)
	whole, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.Index(raw, []byte(`{"issued"`)) - frameBytes
	for cut := first; cut < len(raw); cut++ {
		if err := os.WriteFile(path, raw[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Read(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if l.Closed != nil || len(l.Samples) > len(whole.Samples) || l.Issued > whole.Issued {
			t.Fatalf("cut at %d says more than the whole: %+v", cut, l)
		}
		if l.Issued == 10 && l.Of(3).State == Skipped {
			t.Fatalf("cut at %d takes what may have been sent for unsent", cut)
		}
	}
}

func TestDamageIsNotTakenForATornEnd(t *testing.T) {
	path, raw := written(t)
	end := bytes.Index(raw, []byte(`{"closed"`)) - frameBytes
	rapid.Check(t, func(rt *rapid.T) {
		spoilt := bytes.Clone(raw)
		at := rapid.IntRange(0, end-1).Draw(rt, "at")
		spoilt[at] ^= byte(1 << rapid.IntRange(0, 7).Draw(rt, "bit"))
		if err := os.WriteFile(path, spoilt, 0o600); err != nil {
			rt.Fatal(err)
		}
		if l, err := Read(path); err == nil && l.Torn == 0 {
			rt.Fatalf("bit %d was not missed", at)
		}
	})
}

func TestWhatIsNoLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for _, text := range []string{"", "hello", magic, strings.Repeat("x", 100)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestAnErrorSticks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ledger")
	w, err := Create(path, header())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Issue(1); err == nil {
		t.Error("issued on a closed file")
	}
	if err := w.Outcome(Outcome{}); err == nil {
		t.Error("noted after an error")
	}
}
