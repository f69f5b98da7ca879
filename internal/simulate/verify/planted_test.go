package verify

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
	"sluice/schemas"
)

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
			w.rejected = 0.01
			w.reject(past, &r, "400")
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
		"a receipt years ago":       {"L4", func(t *testing.T, w *world) { w.alter(t, `"receivedAt":1790`, `"receivedAt":1690`) }},
		"a receipt in years":        {"L4", func(t *testing.T, w *world) { w.alter(t, `"receivedAt":1790`, `"receivedAt":1890`) }},
		"a field in another case":   {"L4", func(t *testing.T, w *world) { w.alter(t, `"lat":`, `"LAT":`) }},
		"a field twice":             {"L4", func(t *testing.T, w *world) { w.alter(t, `"lat":`, `"lat":1,"lat":`) }},
		"a field that is null":      {"L4", func(t *testing.T, w *world) { w.alter(t, `"status":`, `"deviceTs":null,"status":`) }},
		"a third coordinate":        {"L4", func(t *testing.T, w *world) { w.alter(t, `],"receivedAt"`, `,1],"receivedAt"`) }},
		"garbage behind a document": {"L4", func(t *testing.T, w *world) { w.alter(t, `}`, `} x`) }},
		"an object behind another":  {"L4", func(t *testing.T, w *world) { w.alter(t, `}`, `}{}`) }},
		"a copy with an invented driver": {"L2", func(t *testing.T, w *world) {
			r, key := w.first(t, plain)
			d, driver := w.history[key], w.author.DriverID(nil, r.Driver)
			other := append(bytes.Clone(driver[:len(driver)-3]), "xyz"...)
			d.ID = strings.Replace(d.ID, string(driver), string(other), 1)
			d.Body = bytes.Replace(d.Body, driver, other, 1)
			w.twins = append(w.twins, d)
		}},
		"a plain copy on another day": {"L5", func(t *testing.T, w *world) {
			_, key := w.first(t, plain)
			d := w.history[key]
			d.Target = "pings-2020.01.01"
			w.twins = append(w.twins, d)
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
		"a sound record dead-lettered for a 401": {"L4", func(t *testing.T, w *world) {
			r, key := w.first(t, plain)
			delete(w.history, key)
			w.rejected = 0.01
			w.reject(past, &r, "400")
			o, key := w.first(t, plain)
			delete(w.history, key)
			w.reject(past, &o, "401")
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
