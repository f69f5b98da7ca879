package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sluice/internal/simulate/plan"
	"sluice/pipelines"
	"sluice/schemas"
)

// findings are what the stores and the dead letters hold of the run.
type findings struct {
	past    set // records with a document in history
	live    []position
	parked  map[string]set // records with a letter, by pipeline
	letters map[string]int64
	sound   int64 // letters about records that are no poison

	documents, positions, clamped int64
	probes                        int64 // pings of earlier verifications that the counters have in them
	elsewhere                     int64 // second documents of a clock ahead on another day, which is not promised against

	invented, altered, copies *judgement
}

// position is which record a driver's position shows.
type position struct {
	n  int64 // -1 = there is none
	ts int64 // event time that counts, ms since 1970 UTC
}

// read goes through everything of the run that is kept anywhere.
func (v *verifier) read(ctx context.Context) error {
	v.found = &findings{
		past: newSet(v.author.Records), live: make([]position, len(v.facts.drivers)), parked: map[string]set{}, letters: map[string]int64{},
		invented: judging("L2", "no invention"), altered: judging("L4", "integrity"), copies: judging("L5", "one copy"),
	}
	for i := range v.found.live {
		v.found.live[i].n = -1
	}
	check := newChecker(v.author, v.found.altered)
	if err := v.list(ctx, schemas.PingsAlias, v.author.Run, "reading history", func(d *schemas.Document) { v.takePast(check, d) }); err != nil {
		return err
	}
	if err := v.list(ctx, schemas.PositionsIndex, v.author.Run, "reading positions", func(d *schemas.Document) { v.takeLive(check, d) }); err != nil {
		return err
	}
	if err := v.list(ctx, schemas.PingsAlias, ProbePrefix+v.author.Run, "looking for earlier probes", v.takeProbe); err != nil {
		return err
	}
	for _, p := range v.cfg.Ledger.Header.Pipelines {
		if err := v.readLetters(ctx, p.Name, check); err != nil {
			return err
		}
	}
	return nil
}

// tellEvery is between two words to the watcher.
const tellEvery = 100_000

func (v *verifier) list(ctx context.Context, family, prefix, doing string, take func(*schemas.Document)) error {
	seen := int64(0)
	v.deps.Watcher.Doing(doing, 0)
	return v.deps.Store.Documents(ctx, schemas.DocumentsQuery{Family: family, DriverPrefix: prefix}, func(d schemas.Document) error {
		take(&d)
		if seen++; seen%tellEvery == 0 {
			v.deps.Watcher.Doing(doing, seen)
		}
		return nil
	})
}

// known is the record that a document is of; false when there is no such record, or it was never sent.
func (v *verifier) known(what string, d *schemas.Document) (plan.Record, bool) {
	n, ok := numberOf(v.author, d.Body)
	if !ok {
		v.found.invented.fault("%s holds %s, which is no record of this run", what, d.ID)
		return plan.Record{}, false
	}
	r := v.author.Record(n)
	v.judgeOrigin(what, &r)
	return r, true
}

// judgeOrigin faults what cannot be there.
func (v *verifier) judgeOrigin(what string, r *plan.Record) {
	switch {
	case !v.facts.issued.has(r.N):
		v.found.invented.fault("%s", name(r.N, "is in "+what+" and was never sent"))
	case v.facts.refused.has(r.N):
		v.found.invented.fault("%s", name(r.N, "is in "+what+" and was refused"))
	}
}

func (v *verifier) takePast(check *checker, d *schemas.Document) {
	v.found.documents++
	r, ok := v.known("history", d)
	if !ok {
		return
	}
	seen := check.document(&r, d, false)
	if seen.ts != r.TS {
		v.found.clamped++
	}
	if v.found.past.add(r.N) {
		return
	}
	if r.Kind == plan.Ahead && v.facts.spansDays {
		v.found.elsewhere++
		return
	}
	v.found.copies.fault("%s", name(r.N, "has another document in "+d.Target))
}

func (v *verifier) takeLive(check *checker, d *schemas.Document) {
	v.found.positions++
	r, ok := v.known("positions", d)
	if !ok {
		return
	}
	seen := check.document(&r, d, true)
	at := &v.found.live[r.Driver]
	if at.n >= 0 {
		v.found.copies.fault("driver %d has two positions, of records %d and %d", r.Driver, at.n, r.N)
	}
	*at = position{n: r.N, ts: seen.ts}
}

// takeProbe counts a ping of an earlier verification, if it was received before the counters were read.
func (v *verifier) takeProbe(d *schemas.Document) {
	var at struct {
		ReceivedAt int64 `json:"receivedAt"`
	}
	if err := json.Unmarshal(d.Body, &at); err != nil {
		v.note("a probe's document %q is not readable", d.ID)
		return
	}
	if at.ReceivedAt < v.scraped {
		v.found.probes++
	}
}

// readLetters reads a pipeline's dead letters from the time of the load on. A mark, which says what was
// done about letters, has no value and is none.
func (v *verifier) readLetters(ctx context.Context, pipeline string, check *checker) error {
	v.deps.Watcher.Doing("reading dead letters of "+pipeline, 0)
	parked := newSet(v.author.Records)
	v.found.parked[pipeline] = parked
	since := time.UnixMilli(v.author.Start).Add(-time.Minute)
	topic := schemas.DeadTopic(pipeline)
	err := v.deps.Letters.Scan(ctx, topic, since, func(rec *pipelines.Record) error {
		n, ok := v.author.NumberOf(rec.Value)
		if !ok || rec.Header(schemas.HeaderDeadMark) != nil {
			return nil
		}
		r := v.author.Record(n)
		v.judgeOrigin(topic, &r)
		check.letter(&r, rec, topic)
		v.found.letters[pipeline]++
		if parked.add(n) && !r.Kind.Poison() {
			v.found.sound++
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading dead letters of %s: %w", pipeline, err)
	}
	return nil
}

func name(n int64, what string) string { return fmt.Sprintf("record %d %s", n, what) }

func quoted(code string) string {
	if code == "" {
		return "accepted"
	}
	return code
}
