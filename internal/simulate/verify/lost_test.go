package verify

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
)

// verifyWithout judges the world, of which records were taken.
func (w *world) verifyWithout(t *testing.T, lost []Lost) string {
	t.Helper()
	report, err := Run(t.Context(), Config{Ledger: w.ledger(t), Wait: time.Minute, Poll: time.Millisecond, Live: live, Past: past, Lost: lost}, Deps{
		Store: w, Letters: w, Offsets: w, Prober: w, Watcher: w,
	})
	if err != nil {
		t.Fatal(err)
	}
	return failing(report)
}

// take makes that no pipeline has read a plain record that was sent once, nor counted it, and lists it.
func (w *world) take(t *testing.T, ok func(*plan.Record) bool) []Lost {
	t.Helper()
	r, key := w.first(t, func(r *plan.Record) bool {
		return plain(r) && !w.author.Doubled(r.N) && !w.author.Disordered(r.N) && ok(r)
	})
	delete(w.history, key)
	w.count(past, "stored", -1)
	w.count(live, "stored", -1)
	var lost []Lost
	for _, pipeline := range []string{live, past} {
		w.count(pipeline, ledger.Consumed, -1)
		lost = append(lost, Lost{Pipeline: pipeline, Partition: 2, Offset: r.N, Value: w.author.Append(nil, &r)})
	}
	return lost
}

func early(w *world) func(*plan.Record) bool {
	return func(r *plan.Record) bool { return r.N < w.author.Records/2 }
}

func TestWhatWasTakenUnreadMayBeMissingAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(t *testing.T, w *world) []Lost
		fails   string
	}{
		"one":                   {func(t *testing.T, w *world) []Lost { return w.take(t, early(w)) }, ""},
		"one that nobody lists": {func(t *testing.T, w *world) []Lost { w.take(t, early(w)); return nil }, "L1 L8"},
		"listed twice": {func(t *testing.T, w *world) []Lost {
			lost := w.take(t, early(w))
			return append(lost, lost...)
		}, ""},
		"another one missing": {func(t *testing.T, w *world) []Lost {
			lost := w.take(t, early(w))
			_, key := w.first(t, plain)
			delete(w.history, key)
			return lost
		}, "L1 L8"},
		"of another pipeline only":            {func(t *testing.T, w *world) []Lost { return w.take(t, early(w))[:1] }, "L1 L8"},
		"a driver's newest":                   {func(t *testing.T, w *world) []Lost { return w.takeNewest(t) }, ""},
		"a driver's newest that nobody lists": {func(t *testing.T, w *world) []Lost { w.takeNewest(t); return nil }, "L1 L6 L8"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, everyMischief())
			if got := w.verifyWithout(t, c.happens(t, w)); got != c.fails {
				t.Errorf("%q fail, want %q", got, c.fails)
			}
		})
	}
}

// takeNewest takes the record that a driver's position shows, so that it shows an older one.
func (w *world) takeNewest(t *testing.T) []Lost {
	t.Helper()
	var taken plan.Record
	lost := w.take(t, func(r *plan.Record) bool {
		taken = *r
		before := w.author.Record(r.N - w.author.Drivers)
		return r.N >= w.author.Records-w.author.Drivers && w.positions[r.Driver].Version == r.TS && plain(&before)
	})
	before, _ := w.first(t, func(r *plan.Record) bool { return r.N == taken.N-w.author.Drivers })
	d := w.document(t, &before, w.author.Append(nil, &before), before.TS)
	at := w.positions[taken.Driver]
	at.Version, at.Body = before.TS, d.Body
	w.positions[taken.Driver] = at
	return lost
}

func TestListsOfWhatWasTakenAreRead(t *testing.T) {
	var file bytes.Buffer
	for offset := range int64(3) {
		if err := json.NewEncoder(&file).Encode(Lost{Pipeline: past, Partition: 1, Offset: offset, Value: []byte{0xff, '"'}}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadLost(&file, []Lost{{Pipeline: live}})
	if err != nil || len(got) != 4 || got[3].Offset != 2 || string(got[3].Value) != "\xff\"" {
		t.Errorf("%v, %+v", err, got)
	}
	for _, wrong := range []string{"x", `{"pipeline":""}`, `{"pipeline":"p","value":""}`, `{"pipeline":`} {
		if _, err := ReadLost(strings.NewReader(wrong), nil); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
}
