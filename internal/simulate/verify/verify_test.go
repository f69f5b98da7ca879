package verify

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
	"sluice/pipelines"
	"sluice/schemas"
)

func failing(r *Report) string {
	var ids []string
	for _, a := range r.Assertions {
		if a.State == Fails {
			ids = append(ids, a.ID)
		}
	}
	return strings.Join(ids, " ")
}

func TestAFaultlessInstallationHolds(t *testing.T) {
	r := newWorld(t, everyMischief()).verify(t)
	for _, a := range r.Assertions {
		if want := map[bool]State{true: NA, false: Holds}[a.ID == "L7"]; a.State != want {
			t.Errorf("%+v, want %s", a, want)
		}
		t.Log(a.ID, a.Name, a.State, a.Detail)
	}
	if len(r.Notes) != 0 || len(r.Assertions) != 12 {
		t.Errorf("%d assertions, notes %v", len(r.Assertions), r.Notes)
	}
}

func TestWhatWasAskedForMustHappen(t *testing.T) {
	for name, spoil := range map[string]func(*plan.Plan){
		"late":     func(p *plan.Plan) { p.Shares.Late = 1e-9 },
		"doubled":  func(p *plan.Plan) { p.Shares.Doubled = 1e-9 },
		"ahead":    func(p *plan.Plan) { p.Shares.Ahead = 1e-9 },
		"teleport": func(p *plan.Plan) { p.Shares.Teleport = 1e-9 },
		"poison":   func(p *plan.Plan) { p.Shares.Poison = 1e-9 },
	} {
		p := everyMischief()
		spoil(&p)
		w := newWorld(t, p)
		w.counters = nil
		if got := failing(w.verify(t)); got != "L11" {
			t.Errorf("no %s: %q fail, want L11", name, got)
		}
	}
}

// A killed load proves what its ledger says: what it does not say may be there or not.
func TestAKilledLoadLeavesDoubtAndNoFault(t *testing.T) {
	w := newWorld(t, everyMischief())
	w.closed, w.counters = false, nil
	for i := len(w.outcomes) / 2; i < len(w.outcomes); i++ {
		w.outcomes[i] = ledger.Outcome{}
	}
	for key, d := range w.history {
		if bytes.Contains(d.Body, []byte(`"heading":0`)) { // some of them never arrived
			n, _ := numberOf(w.author, d.Body)
			if n >= int64(len(w.outcomes)/2)*w.author.Batch {
				delete(w.history, key)
			}
		}
	}
	r := w.verify(t)
	if got := failing(r); got != "" || len(r.Notes) == 0 || !strings.Contains(r.Notes[0], "killed") {
		t.Errorf("%q fail, notes %v: %+v", got, r.Notes, r.Assertions)
	}
}

func TestWhatCannotBeJudgedSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		id    string
		spoil func(w *world)
	}{
		"no counters": {"L8", func(w *world) { w.counters = nil }},
		"others wrote to the topic": {"L8", func(w *world) {
			for i := range w.samples[len(w.samples)-1].Readers {
				at := &w.samples[len(w.samples)-1].Readers[i].Partitions[0]
				at.Committed, at.End = at.Committed+1000, at.End+1000
			}
			w.now = w.samples[len(w.samples)-1]
		}},
		"the movement gate": {"L6", func(w *world) { w.author.Rules.Movement = true }},
	} {
		w := newWorld(t, everyMischief())
		c.spoil(w)
		r := w.verify(t)
		for _, a := range r.Assertions {
			if (a.State == NA) != (a.ID == c.id || a.ID == "L7") || a.State == Fails {
				t.Errorf("%s: %+v", name, a)
			}
		}
	}
}

func TestAPingThatWaitedOutAnOutageNeedNotBeLive(t *testing.T) {
	w := newWorld(t, everyMischief())
	w.counters = nil
	for i := range w.samples { // nothing was committed until long after the end
		for r := range w.samples[i].Readers {
			w.samples[i].Readers[r].Partitions = []ledger.Offsets{{End: w.samples[i].Readers[r].Partitions[0].End}}
		}
	}
	w.now.Asked += 10 * 60_000
	w.now.At = w.now.Asked
	w.now.Readers = []ledger.Reader{
		{Pipeline: live, Partitions: []ledger.Offsets{{Committed: 1 << 20, End: 1 << 20}}},
		{Pipeline: past, Partitions: []ledger.Offsets{{Committed: 1 << 20, End: 1 << 20}}},
	}
	delete(w.positions, 3)
	if got := failing(w.verify(t)); got != "" {
		t.Errorf("%q fail", got)
	}
}

// Whoever verifies twice has posted a probe the first time.
func TestProbesOfEarlierVerificationsAreNoneOfTheLoad(t *testing.T) {
	w := newWorld(t, everyMischief())
	id := ProbePrefix + w.author.Run + "sim-x--1790000000000-"
	for key, at := range map[string]int64{"probe": w.counters[1].At - 1, "a later one": w.counters[1].At + 1} {
		w.history[key] = schemas.Document{Target: "pings-2026.09.21", ID: id, Body: fmt.Appendf(nil, `{"driverId":"probe-sim-w-sim-x-","receivedAt":%d}`, at)}
	}
	counts := w.counters[1].Processes[0].Counts
	for i := range counts {
		if counts[i].Verdict == "stored" || counts[i].Verdict == ledger.Consumed {
			counts[i].Records++
		}
	}
	last := &w.samples[len(w.samples)-1]
	for i := range last.Readers {
		last.Readers[i].Partitions[0].Committed++
		last.Readers[i].Partitions[0].End++
	}
	w.now = *last
	for _, a := range w.verify(t).Assertions {
		if a.State != Holds && a.ID != "L7" {
			t.Errorf("%+v", a)
		}
	}
}

func TestMarksAreNoLetters(t *testing.T) {
	w := newWorld(t, everyMischief())
	topic := schemas.DeadTopic(live)
	mark := w.letters[topic][0]
	mark.Headers = append(mark.Headers[:1:1], pipelines.Header{Key: schemas.HeaderDeadMark, Value: []byte(schemas.MarkRequeued)})
	w.letters[topic] = append(w.letters[topic], mark)
	if got := failing(w.verify(t)); got != "" {
		t.Errorf("%q fail", got)
	}
}
