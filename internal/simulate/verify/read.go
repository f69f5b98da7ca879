package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"sluice/internal/simulate/plan"
	"sluice/schemas"
)

// findings are what the stores and the dead letters hold of the run.
type findings struct {
	past    set // records with a document in history
	live    []position
	letters map[string]*letters // by pipeline

	documents, positions, clamped int64
	probes                        int64 // pings of earlier verifications that the counters have in them
	elsewhere                     int64 // second documents of a clock ahead on another day, which is not promised against

	odd    map[int64]string // what is wrong about the day or the receipt of a record's document
	copied map[int64]bool   // records with several documents

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
		past: newSet(v.author.Records), live: make([]position, len(v.facts.drivers)), letters: map[string]*letters{}, odd: map[int64]string{}, copied: map[int64]bool{},
		invented: judging("L2", "no invention"), altered: judging("L4", "integrity"), copies: judging("L5", "one copy"),
	}
	for i := range v.found.live {
		v.found.live[i].n = -1
	}
	check := newChecker(v.author, v.receipts, v.found.altered)
	if err := v.list(ctx, schemas.PingsAlias, v.author.Run, "reading history", func(d *schemas.Document) { v.takePast(check, d) }); err != nil {
		return err
	}
	v.judgeOdd()
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
	if v.strange(&r, d, seen) {
		return
	}
	switch {
	case seen.odd == "":
	case len(v.found.odd) < maxOdd:
		v.found.odd[r.N] = seen.odd
	default:
		v.found.altered.fault("%s", name(r.N, seen.odd))
	}
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
	v.found.copied[r.N] = true
	v.found.copies.fault("%s", name(r.N, "has another document in "+d.Target))
}

// maxOdd bounds what is remembered of odd documents.
const maxOdd = 100_000

// strange faults a document about a driver that never sent the record: an invention, and no copy.
func (v *verifier) strange(r *plan.Record, d *schemas.Document, said seen) bool {
	if said.stranger != "" {
		v.found.invented.fault("%s", name(r.N, "is in "+d.Target+" as one of driver "+said.stranger+", who never sent it"))
	}
	return said.stranger != ""
}

// judgeOdd faults documents on another day, or received at another time, than can be. Of a record with several
// it is said already that there are, and which of them is the true one is not asked.
func (v *verifier) judgeOdd() {
	for _, n := range slices.Sorted(maps.Keys(v.found.odd)) {
		if !v.found.copied[n] {
			v.found.altered.fault("%s", name(n, v.found.odd[n]))
		}
	}
}

func (v *verifier) takeLive(check *checker, d *schemas.Document) {
	v.found.positions++
	r, ok := v.known("positions", d)
	if !ok {
		return
	}
	seen := check.document(&r, d, true)
	if v.strange(&r, d, seen) {
		return
	}
	if seen.odd != "" {
		v.found.altered.fault("%s", name(r.N, seen.odd))
	}
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

func name(n int64, what string) string { return fmt.Sprintf("record %d %s", n, what) }

func quoted(code string) string {
	if code == "" {
		return "accepted"
	}
	return code
}
