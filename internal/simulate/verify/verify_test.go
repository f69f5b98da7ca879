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

func plain(r *plan.Record) bool { return r.Kind == plan.Plain }

func kind(k plan.Kind) func(*plan.Record) bool {
	return func(r *plan.Record) bool { return r.Kind == k }
}

// The checker is proved: each planted fault is found, by its own assertion and by no other.
func TestEachPlantedFaultFailsItsAssertion(t *testing.T) {
	for name, c := range map[string]struct {
		want  string
		plant func(t *testing.T, w *world)
	}{
		"a refusal for another reason": {"L0", func(_ *testing.T, w *world) {
			for i := range w.outcomes {
				if len(w.outcomes[i].Refused) > 0 {
					w.outcomes[i].Refused[0].Code = "something"
					return
				}
			}
		}},
		"a sound record refused": {"L0", func(t *testing.T, w *world) {
			r, key := w.first(t, func(r *plan.Record) bool {
				return plain(r) && !w.author.Doubled(r.N) && !w.author.Disordered(r.N) && r.N > w.author.Records/2
			})
			delete(w.history, key)
			o := &w.outcomes[r.N/w.author.Batch]
			o.Rejected++
			o.Refused = append(o.Refused, ledger.Refusal{Index: w.indexOf(r.N), Code: "bad_json"})
		}},
		"a lost record": {"L1", func(t *testing.T, w *world) {
			_, key := w.first(t, plain)
			delete(w.history, key)
		}},
		"a lost late record": {"L1", func(t *testing.T, w *world) {
			_, key := w.first(t, kind(plan.Late))
			delete(w.history, key)
		}},
		"a lost dead letter of live": {"L1", func(_ *testing.T, w *world) {
			topic := schemas.DeadTopic(live)
			w.letters[topic] = w.letters[topic][1:]
		}},
		"a lost dead letter of history": {"L1", func(_ *testing.T, w *world) {
			topic := schemas.DeadTopic(past)
			w.letters[topic] = w.letters[topic][1:]
		}},
		"a lost position": {"L1", func(_ *testing.T, w *world) { delete(w.positions, 7) }},
		"records that were never sent": {"L2", func(_ *testing.T, w *world) {
			w.outcomes[100] = ledger.Outcome{Block: 100, State: ledger.Skipped}
		}},
		"a document of nobody": {"L2", func(_ *testing.T, w *world) {
			w.twins = append(w.twins, schemas.Document{Target: "pings-2026.09.21", ID: "x", Body: []byte(`{"driverId":"sim-w-0000001"}`)})
		}},
		"a refused record dead-lettered": {"L2", func(t *testing.T, w *world) {
			for n := range w.author.Records {
				if r := w.author.Record(n); r.Kind == plan.Refused {
					w.bury(past, &r, w.author.Append(nil, &r), r.Code())
					return
				}
			}
			t.Fatal("nothing was refused")
		}},
		"a record stored and dead-lettered": {"L3", func(t *testing.T, w *world) {
			r, _ := w.first(t, plain)
			w.bury(past, &r, w.author.Append(nil, &r), "mapping")
		}},
		"an altered latitude": {"L4", func(t *testing.T, w *world) { w.alter(t, `"lat":31`, `"lat":32`) }},
		"an altered status":   {"L4", func(t *testing.T, w *world) { w.alter(t, `"status":"idle"`, `"status":"busy"`) }},
		"an added field":      {"L4", func(t *testing.T, w *world) { w.alter(t, `{"driverId"`, `{"x":1,"driverId"`) }},
		"another location":    {"L4", func(t *testing.T, w *world) { w.alter(t, `"location":[121`, `"location":[120`) }},
		"a clock ahead that was believed": {"L4", func(t *testing.T, w *world) {
			r, key := w.first(t, kind(plan.Ahead))
			d := w.history[key]
			d.Body = bytes.Replace(d.Body, fmt.Appendf(nil, `"deviceTs":%d,`, r.TS), nil, 1)
			at := bytes.Index(d.Body, []byte(`"ts":`))
			d.Body = append(fmt.Appendf(bytes.Clone(d.Body[:at]), `"ts":%d`, r.TS), d.Body[at+len(`"ts":1790000000000`):]...)
			w.history[key] = d
		}},
		"a document on another day": {"L4", func(t *testing.T, w *world) {
			_, key := w.first(t, plain)
			d := w.history[key]
			d.Target = "pings-2020.01.01"
			w.history[key] = d
		}},
		"a position with another version": {"L4", func(_ *testing.T, w *world) {
			d := w.positions[3]
			d.Version++
			w.positions[3] = d
		}},
		"an altered letter": {"L4", func(_ *testing.T, w *world) {
			rec := &w.letters[schemas.DeadTopic(live)][0]
			rec.Value = append(bytes.Clone(rec.Value), ' ')
		}},
		"a letter with another reason": {"L4", func(_ *testing.T, w *world) {
			w.letters[schemas.DeadTopic(past)][0].Headers[0].Value = []byte("other")
		}},
		"one record on two days": {"L5", func(t *testing.T, w *world) {
			r, _ := w.first(t, kind(plan.Ahead))
			w.twins = append(w.twins, w.document(t, &r, w.author.Append(nil, &r), w.author.Start+86_400_000-r.TS%1000))
		}},
		"a position that is not the newest": {"L6", func(t *testing.T, w *world) {
			r, key := w.first(t, func(r *plan.Record) bool { return plain(r) && w.calm(r.Driver) })
			d := w.history[key]
			w.positions[r.Driver] = schemas.Document{
				Target: schemas.PositionsIndex, ID: string(w.author.DriverID(nil, r.Driver)), Version: r.TS, Body: d.Body,
			}
		}},
		"a position that was too old": {"L6", func(t *testing.T, w *world) {
			r, key := w.first(t, kind(plan.Late))
			w.positions[r.Driver] = schemas.Document{
				Target: schemas.PositionsIndex, ID: string(w.author.DriverID(nil, r.Driver)), Version: r.TS, Body: w.history[key].Body,
			}
		}},
		"a counter too high": {"L8", func(_ *testing.T, w *world) { w.counters[1].Processes[0].Counts[0].Records++ }},
		"a commit that went back": {"L9", func(_ *testing.T, w *world) {
			at := &w.samples[len(w.samples)/2].Readers[1].Partitions[0]
			at.Committed -= at.Committed / 2
		}},
		"a commit beyond the end": {"L9", func(_ *testing.T, w *world) {
			at := &w.samples[len(w.samples)/2].Readers[1].Partitions[0]
			at.End = at.Committed - 1
		}},
		"records never committed": {"L9", func(_ *testing.T, w *world) {
			w.now.Readers = append([]ledger.Reader(nil), w.now.Readers...)
			w.now.Readers[1].Partitions = []ledger.Offsets{{Committed: w.now.Readers[1].Partitions[0].Committed, End: w.now.Readers[1].Partitions[0].End + 1}}
		}},
		"a fresh ping that nobody finds": {"L10", func(_ *testing.T, w *world) { w.probe = errAway }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it waits for the disk
			w := newWorld(t, everyMischief())
			if c.want != "L8" {
				w.counters = nil // they would tell of most faults, too
			}
			c.plant(t, w)
			r := w.verify(t)
			if got := failing(r); got != c.want {
				t.Errorf("%q fail, want %s: %+v", got, c.want, r.Assertions)
			}
		})
	}
}

// indexOf is the place of a record in its request.
func (w *world) indexOf(n int64) int64 {
	walker := w.author.Walker()
	for block := int64(0); ; block++ {
		index := int64(0)
		for _, s := range walker.Next(nil) {
			if s.N == n {
				return index
			}
			if w.author.Kind(s.N) != plan.Dead {
				index++
			}
		}
	}
}

// calm reports whether none of a driver's last records leaps.
func (w *world) calm(driver int64) bool {
	for n := driver; n < w.author.Records; n += w.author.Drivers {
		if k := w.author.Kind(n); n > w.author.Records-2*odd*w.author.Drivers && (k == plan.Ahead || k == plan.Teleport) {
			return false
		}
	}
	return true
}

func (w *world) alter(t *testing.T, from, to string) {
	t.Helper()
	for key, d := range w.history {
		if bytes.Contains(d.Body, []byte(from)) {
			d.Body = bytes.Replace(d.Body, []byte(from), []byte(to), 1)
			w.history[key] = d
			return
		}
	}
	t.Fatalf("nothing holds %s", from)
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
		"no counters":     {"L8", func(w *world) { w.counters = nil }},
		"another process": {"L8", func(w *world) { w.counters[1].Processes[0].Started++ }},
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
		if counts[i].Verdict == "stored" {
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
