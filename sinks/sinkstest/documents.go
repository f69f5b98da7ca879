package sinkstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

// Documents enumerates what a store holds.
type Documents interface {
	Documents(ctx context.Context, q schemas.DocumentsQuery, each func(schemas.Document) error) error
}

// Holdings is a store under test, empty when it is handed over. Documents sees what Sink has
// written by itself: nobody refreshes.
type Holdings struct {
	Sink      pipelines.Sink
	Documents Documents
}

// TestDocuments runs the suite of whoever lists a store; open hands over an empty one and
// clears up with t.Cleanup.
func TestDocuments(t *testing.T, open func(t *testing.T) Holdings) {
	for name, check := range map[string]func(*testing.T, Holdings){
		"nothing is there":                        documentsOfNothing,
		"every document of a family, as written":  documentsAsWritten,
		"only drivers of a prefix":                documentsByPrefix,
		"a newer position shows with its version": documentsNewest,
		"one id on two days is two documents":     documentsOnTwoDays,
		"more than one page, each once":           documentsInPages,
		"an error of the caller's stops it":       documentsStopped,
		"a family that is none":                   documentsOfNoFamily,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

// kept is a document that the test keeps.
type kept struct {
	target, id string
	version    int64
	body       any
}

func (h *Holdings) list(t *testing.T, q schemas.DocumentsQuery) []kept {
	t.Helper()
	all := []kept{}
	err := h.Documents.Documents(t.Context(), q, func(d schemas.Document) error {
		k := kept{target: d.Target, id: d.ID}
		if q.Family == schemas.PositionsIndex {
			k.version = d.Version
		}
		if err := json.Unmarshal(d.Body, &k.body); err != nil {
			return fmt.Errorf("the body of %s: %w", d.ID, err)
		}
		all = append(all, k)
		return nil
	})
	if err != nil {
		t.Fatalf("listing %+v: %v", q, err)
	}
	slices.SortFunc(all, byPlace)
	return all
}

func byPlace(a, b kept) int {
	switch {
	case a.target+"\x00"+a.id < b.target+"\x00"+b.id:
		return -1
	case a.target+"\x00"+a.id == b.target+"\x00"+b.id:
		return 0
	}
	return 1
}

// write stores pings in a family and returns what a listing must give.
func (h *Holdings) write(t *testing.T, family string, pings ...schemas.Ping) []kept {
	t.Helper()
	writes := make([]pipelines.Write, len(pings))
	want := make([]kept, len(pings))
	for i := range pings {
		p := &pings[i]
		w := pipelines.Write{Time: p.TS, Body: schemas.AppendPosition(nil, p, p.TS, p.TS+9)}
		if family == schemas.PositionsIndex {
			w.Target, w.Key, w.Version = schemas.PositionsIndex, p.DriverID, p.TS
		} else {
			w.Target, w.Key = schemas.PingIndex(p.TS), schemas.PingID(nil, p)
		}
		writes[i] = w
		want[i] = kept{target: w.Target, id: string(w.Key), version: w.Version}
		if err := json.Unmarshal(w.Body, &want[i].body); err != nil {
			t.Fatal(err)
		}
	}
	results := make([]pipelines.Result, len(writes))
	if err := h.Sink.Write(t.Context(), writes, results); err != nil {
		t.Fatalf("writing: %v", err)
	}
	for i, r := range results {
		if r.Verdict != pipelines.Stored {
			t.Fatalf("write %d is %v: %s", i, r.Verdict, r.Reason)
		}
	}
	slices.SortFunc(want, byPlace)
	return want
}

func sameDocuments(t *testing.T, what string, got, want []kept) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %d documents %.400v, want %d %.400v", what, len(got), got, len(want), want)
	}
}

func documentsOfNothing(t *testing.T, h Holdings) {
	for _, family := range []string{schemas.PositionsIndex, schemas.PingsAlias} {
		sameDocuments(t, family, h.list(t, schemas.DocumentsQuery{Family: family}), []kept{})
	}
}

func documentsAsWritten(t *testing.T, h Holdings) {
	bare := ping("D-2", -31.5, -121.25)
	bare.Status, bare.Vehicle, bare.City, bare.Seq = schemas.StatusUnset, nil, nil, -1
	late := ping("D-3", 31.2, 121.4)
	late.TS -= 3 * 86_400_000
	pings := []schemas.Ping{ping("D-1", 31.23, 121.47), bare, late}
	positions := h.write(t, schemas.PositionsIndex, pings...)
	history := h.write(t, schemas.PingsAlias, pings...)
	sameDocuments(t, "positions", h.list(t, schemas.DocumentsQuery{Family: schemas.PositionsIndex}), positions)
	sameDocuments(t, "pings of all days", h.list(t, schemas.DocumentsQuery{Family: schemas.PingsAlias}), history)
}

func documentsByPrefix(t *testing.T, h Holdings) {
	mine := []schemas.Ping{ping("run1-1", 31, 121), ping("run1-2", 31, 121)}
	others := []schemas.Ping{ping("run10", 31, 121), ping("Run1-1", 31, 121), ping("xrun1-1", 31, 121), ping("run1%_*", 31, 121)}
	for _, family := range []string{schemas.PositionsIndex, schemas.PingsAlias} {
		want := h.write(t, family, mine...)
		odd := h.write(t, family, others...)
		sameDocuments(t, family, h.list(t, schemas.DocumentsQuery{Family: family, DriverPrefix: "run1-"}), want)
		sameDocuments(t, family+", nobody's", h.list(t, schemas.DocumentsQuery{Family: family, DriverPrefix: "run2"}), []kept{})
		for _, wild := range []string{"run1%", "r*", "run_"} {
			found := h.list(t, schemas.DocumentsQuery{Family: family, DriverPrefix: wild})
			if (wild == "run1%" && len(found) != 1) || (wild != "run1%" && len(found) != 0) {
				t.Errorf("%s: a prefix of %q is no pattern, and finds %d of %d", family, wild, len(found), len(odd))
			}
		}
	}
}

func documentsNewest(t *testing.T, h Holdings) {
	old := ping("D1", 31, 121)
	newer := ping("D1", 31.5, 121.5)
	newer.TS += 5
	h.write(t, schemas.PositionsIndex, old)
	want := h.write(t, schemas.PositionsIndex, newer)
	sameDocuments(t, "the newest", h.list(t, schemas.DocumentsQuery{Family: schemas.PositionsIndex}), want)
}

func documentsOnTwoDays(t *testing.T, h Holdings) {
	p := ping("D1", 31, 121)
	for _, at := range []int64{p.TS, p.TS + 86_400_000} {
		write := []pipelines.Write{{
			Target: schemas.PingIndex(at), Key: schemas.PingID(nil, &p), Time: at, Body: schemas.AppendPosition(nil, &p, at, at),
		}}
		results := make([]pipelines.Result, 1)
		if err := h.Sink.Write(t.Context(), write, results); err != nil || results[0].Verdict != pipelines.Stored {
			t.Fatalf("writing: %v %v", results, err)
		}
	}
	got := h.list(t, schemas.DocumentsQuery{Family: schemas.PingsAlias})
	if len(got) != 2 || got[0].id != got[1].id || got[0].target == got[1].target {
		t.Errorf("one id on two days is %+v", got)
	}
}

// manyDocuments is more than one page of any sink.
const manyDocuments = 10_500

func documentsInPages(t *testing.T, h Holdings) {
	pings := make([]schemas.Ping, manyDocuments)
	for i := range pings {
		pings[i] = ping(fmt.Sprintf("P%05d", i), 31, 121)
		pings[i].TS += int64(i%2) * 86_400_000
	}
	want := h.write(t, schemas.PingsAlias, pings...)
	sameDocuments(t, "all pages", h.list(t, schemas.DocumentsQuery{Family: schemas.PingsAlias}), want)
}

func documentsStopped(t *testing.T, h Holdings) {
	h.write(t, schemas.PositionsIndex, ping("D1", 31, 121), ping("D2", 31, 121), ping("D3", 31, 121))
	enough, calls := errors.New("enough"), 0
	err := h.Documents.Documents(t.Context(), schemas.DocumentsQuery{Family: schemas.PositionsIndex}, func(schemas.Document) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("after %d calls: %v", calls, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	err = h.Documents.Documents(gone, schemas.DocumentsQuery{Family: schemas.PositionsIndex}, func(schemas.Document) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("for a caller who has gone: %v", err)
	}
}

func documentsOfNoFamily(t *testing.T, h Holdings) {
	for _, family := range []string{"", "nothing", "pings-2026.11.21"} {
		err := h.Documents.Documents(t.Context(), schemas.DocumentsQuery{Family: family}, func(schemas.Document) error { return nil })
		if err == nil {
			t.Errorf("a family %q was listed", family)
		}
	}
}
