package verify

import (
	"bytes"
	"maps"
	"strings"
	"testing"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
	"sluice/schemas"
)

// planted is a fault in a sound world, and the assertion that has to find it.
type planted struct {
	want  string
	plant func(t *testing.T, w *world)
}

// plantedFaults are all, by name.
func plantedFaults() map[string]planted {
	all := map[string]planted{}
	for _, some := range []map[string]planted{
		plantedAnswers(), plantedInventions(), plantedContents(), plantedLetters(), plantedPositions(), plantedCounts(),
	} {
		maps.Copy(all, some)
	}
	return all
}

// plantedAnswers are of what was answered and of what is missing.
func plantedAnswers() map[string]planted {
	return map[string]planted{
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
	}
}

// plantedInventions are of what nobody sent, and of what has two fates.
func plantedInventions() map[string]planted {
	return map[string]planted{
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
		"a copy with an invented driver": {"L2", func(t *testing.T, w *world) {
			r, key := w.first(t, plain)
			d, driver := w.history[key], w.author.DriverID(nil, r.Driver)
			other := append(bytes.Clone(driver[:len(driver)-3]), "xyz"...)
			d.ID = strings.Replace(d.ID, string(driver), string(other), 1)
			d.Body = bytes.Replace(d.Body, driver, other, 1)
			w.twins = append(w.twins, d)
		}},
	}
}

// plantedPositions are of copies, of days and of positions.
func plantedPositions() map[string]planted {
	return map[string]planted{
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
	}
}

// plantedCounts are of counters, commits and searches.
func plantedCounts() map[string]planted {
	return map[string]planted{
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
	}
}
