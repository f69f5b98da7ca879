package verify

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
	"sluice/pipelines"
	"sluice/schemas"
)

const (
	live = "gps-live"
	past = "gps-history"
)

// world is a load and what a faultless installation makes of it, for tests to spoil.
type world struct {
	author    *plan.Author
	outcomes  []ledger.Outcome
	samples   []ledger.Sample
	counters  []ledger.Counters
	lives     []ledger.Life
	closed    bool
	history   map[string]schemas.Document // by target and id
	twins     []schemas.Document          // listed beside them
	positions map[int64]schemas.Document  // by driver
	letters   map[string][]pipelines.Record
	now       ledger.Sample
	probe     error
	farewells []ledger.Process
	rejected  float64 // share that the store was made to reject
}

func everyMischief() plan.Plan {
	return plan.Plan{
		Run: "sim-w-", Seed: 11, Start: 1_790_000_000_000, Rate: 2000, Drivers: 100, Records: 8_000, Batch: 50,
		Shares: plan.Shares{Late: 0.05, Ahead: 0.01, Teleport: 0.01, Poison: 0.02, Doubled: 0.05, Disordered: 0.02, Topic: 0.5},
		Rules:  plan.Rules{MaxAge: 60_000, ClockAhead: 2_000, Outliers: true},
	}
}

func newWorld(t *testing.T, p plan.Plan) *world {
	t.Helper()
	a, err := plan.New(p)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{author: a, closed: true, history: map[string]schemas.Document{}, positions: map[int64]schemas.Document{}, letters: map[string][]pipelines.Record{}}
	newest := map[int64]int64{}
	counts := map[string]float64{}
	walker := a.Walker()
	written, committed := int64(0), int64(0)
	w.sample(0, 0, 0)
	for block := range a.Blocks() {
		o := ledger.Outcome{Block: block, State: ledger.Answered, Sent: a.BlockDue(block).Milliseconds() + 1, Tries: 1}
		o.Done = o.Sent + 5
		index := int64(0)
		for _, s := range walker.Next(nil) {
			r := a.Record(s.N)
			line := a.Append(nil, &r)
			switch r.Kind {
			case plan.Dead:
				o.Topic, o.Puts = ledger.Answered, 1
				for _, pipeline := range []string{live, past} {
					w.bury(pipeline, &r, line, r.Code())
					counts[pipeline+" poison"]++
				}
				written++
				continue
			case plan.Refused:
				o.Rejected++
				o.Refused = append(o.Refused, ledger.Refusal{Index: index, Code: r.Code()})
			case plan.Plain, plan.Late, plan.Ahead, plan.Teleport:
				w.store(t, &r, line, a.Start+o.Sent+2, newest, counts)
				written++
			}
			index++
		}
		w.outcomes = append(w.outcomes, o)
		if block%20 == 0 {
			w.sample(a.Start+o.Done, committed, written)
			committed = written
		}
	}
	end := a.Start + a.BlockDue(a.Blocks()).Milliseconds() + 1000
	w.sample(end, written, written)
	w.now = w.samples[len(w.samples)-1]
	counts[live+" consumed"], counts[past+" consumed"] = float64(written), float64(written)
	base := map[string]float64{"stored": 100, "stale": 10, "poison": 3, "consumed": 113}
	for n, times := range []float64{0, 1} {
		c := ledger.Counters{At: end, Processes: []ledger.Process{{URL: "http://ops", Started: 5}}}
		for _, key := range slices.Sorted(maps.Keys(counts)) { // both scrapes in one order, as killed has to find them
			name, verdict, _ := strings.Cut(key, " ")
			records := base[verdict] + float64(n)*times*counts[key]
			c.Processes[0].Counts = append(c.Processes[0].Counts, ledger.Count{Pipeline: name, Verdict: verdict, Records: records})
		}
		w.counters = append(w.counters, c)
	}
	return w
}

// store keeps one ping as the pipelines do.
func (w *world) store(t *testing.T, r *plan.Record, line []byte, received int64, newest map[int64]int64, counts map[string]float64) {
	t.Helper()
	d := w.document(t, r, line, received)
	if _, ok := w.history[d.Target+" "+d.ID]; ok {
		counts[past+" duplicate"]++
	} else {
		counts[past+" stored"]++
		w.history[d.Target+" "+d.ID] = d
	}
	ts := w.author.ExpectedTS(r, received)
	if r.Kind == plan.Late || r.Kind == plan.Teleport || ts <= newest[r.Driver] {
		counts[live+" stale"]++
		return
	}
	counts[live+" stored"]++
	newest[r.Driver] = ts
	w.positions[r.Driver] = schemas.Document{
		Target: schemas.PositionsIndex, ID: string(w.author.DriverID(nil, r.Driver)), Version: ts, Body: d.Body,
	}
}

func (w *world) document(t *testing.T, r *plan.Record, line []byte, received int64) schemas.Document {
	t.Helper()
	var ping schemas.Ping
	if err := schemas.DecodePing(&ping, line); err != nil {
		t.Fatal(err)
	}
	ts := w.author.ExpectedTS(r, received)
	return schemas.Document{Target: schemas.PingIndex(ts), ID: string(schemas.PingID(nil, &ping)), Body: schemas.AppendPosition(nil, &ping, ts, received)}
}

func (w *world) bury(pipeline string, r *plan.Record, line []byte, reason string) {
	topic := schemas.DeadTopic(pipeline)
	w.letters[topic] = append(w.letters[topic], pipelines.Record{
		Key: w.author.DriverID(nil, r.Driver), Value: line,
		Headers: []pipelines.Header{
			header(schemas.HeaderDeadReason, reason), header(schemas.HeaderDeadVerdict, "poison"),
			header(schemas.HeaderDeadPartition, "0"), header(schemas.HeaderDeadOffset, strconv.FormatInt(r.N, 10)),
			header(schemas.HeaderDeadTime, strconv.FormatInt(w.author.Start, 10)),
		},
	})
}

// reject buries a sound record that the store answered with a status, "" = that it was never asked about.
func (w *world) reject(pipeline string, r *plan.Record, status string) {
	w.bury(pipeline, r, w.author.Append(nil, r), "mapping")
	letters := w.letters[schemas.DeadTopic(pipeline)]
	last := &letters[len(letters)-1]
	if status != "" {
		last.Headers = append(last.Headers, header(schemas.HeaderDeadStatus, status))
	}
}

func header(name, value string) pipelines.Header {
	return pipelines.Header{Key: name, Value: []byte(value)}
}

func (w *world) sample(at, committed, end int64) {
	s := ledger.Sample{Asked: at, At: at}
	for _, pipeline := range []string{live, past} {
		s.Readers = append(s.Readers, ledger.Reader{Pipeline: pipeline, Partitions: []ledger.Offsets{{Committed: committed, End: end}}})
	}
	w.samples = append(w.samples, s)
}

// ledger writes the file and reads it again.
func (w *world) ledger(t *testing.T) *ledger.Ledger {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.ledger")
	book, err := ledger.Create(path, ledger.Header{
		Plan: w.author.Plan, Topic: schemas.TopicPings, Pipelines: []ledger.Pipeline{{Name: live}, {Name: past}},
	})
	if err != nil {
		t.Fatal(err)
	}
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(book.Issue(int64(len(w.outcomes))))
	for _, s := range w.samples {
		check(book.Sample(s))
	}
	for _, c := range w.counters {
		check(book.Counters(c))
	}
	for _, l := range w.lives {
		check(book.Life(l))
	}
	for _, o := range w.outcomes {
		if o.State != ledger.None {
			check(book.Outcome(o))
		}
	}
	check(book.Close(ledger.Closed{Why: "done"}))
	l, err := ledger.Read(path)
	check(err)
	if !w.closed {
		l.Closed = nil
	}
	check(os.Remove(path))
	return l
}

// verify judges the world as it is.
func (w *world) verify(t *testing.T) *Report {
	t.Helper()
	report, err := Run(t.Context(), Config{Ledger: w.ledger(t), Wait: time.Minute, Poll: time.Millisecond, Live: live, Past: past, Farewells: w.farewells, Rejected: w.rejected}, Deps{
		Store: w, Letters: w, Offsets: w, Prober: w, Watcher: w,
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func (w *world) Documents(_ context.Context, q schemas.DocumentsQuery, each func(schemas.Document) error) error {
	docs := append(slices.Collect(maps.Values(w.history)), w.twins...)
	if q.Family == schemas.PositionsIndex {
		docs = slices.Collect(maps.Values(w.positions))
	}
	for _, d := range docs {
		if strings.HasPrefix(d.ID, ProbePrefix) != strings.HasPrefix(q.DriverPrefix, ProbePrefix) {
			continue
		}
		if err := each(d); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) Scan(_ context.Context, topic string, _ time.Time, each func(part pipelines.Partition, rec *pipelines.Record) error) error {
	for i := range w.letters[topic] {
		w.letters[topic][i].Offset = int64(i)
		if err := each(pipelines.Partition{Topic: topic}, &w.letters[topic][i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) Sample(context.Context) (ledger.Sample, error) { return w.now, nil }

func (w *world) Probe(context.Context) (time.Duration, error) { return time.Millisecond, w.probe }

func (w *world) Doing(string, int64) {}

func (w *world) Waiting(int64) {}

var errAway = errors.New("away")

// first is the first acknowledged record for which ok holds, and its document in history.
func (w *world) first(t *testing.T, ok func(r *plan.Record) bool) (plan.Record, string) {
	t.Helper()
	for n := range w.author.Records {
		r := w.author.Record(n)
		if r.Kind.Poison() || !ok(&r) {
			continue
		}
		suffix := "-" + strconv.FormatInt(n, 10)
		for key, d := range w.history {
			if len(d.ID) > len(suffix) && d.ID[len(d.ID)-len(suffix):] == suffix {
				return r, key
			}
		}
	}
	t.Fatal("there is no such record")
	return plan.Record{}, ""
}
