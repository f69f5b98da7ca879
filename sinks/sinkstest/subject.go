package sinkstest

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"sluice/pipelines"
)

// Subject is a sink under test, empty when it is handed over.
type Subject struct {
	Sink pipelines.Sink

	Versioned string // a target for writes with a version
	Created   string // a target for writes without one

	// Doc makes a document that the targets take, one line of JSON; another n, another document.
	Doc func(n int64) []byte
	// Poison makes a document that the targets refuse.
	Poison func() []byte
	// WrongType makes a document with a value that its field cannot have; nil when the store does not look at types.
	WrongType func() []byte
	// Read returns the document stored under a key, as soon as it is stored; nil when there is none.
	Read func(t *testing.T, target string, key []byte) []byte
	// Reopen closes the sink and opens the same store again; nil when nothing of it outlasts a sink.
	Reopen func(t *testing.T) Subject

	Without Without
}

// Without lists what a sink can not do; the suite leaves that out.
type Without struct {
	Versions bool // it does not compare versions
	Creates  bool // it does not notice that a key is there already
	Poison   bool // it takes every document
	Reads    bool // it gives nothing back
}

// write offers the writes and fails the test when the sink has an error.
func (s *Subject) write(t testingT, writes ...pipelines.Write) []pipelines.Result {
	t.Helper()
	results := make([]pipelines.Result, len(writes))
	if err := s.Sink.Write(t.Context(), writes, results); err != nil {
		t.Fatalf("writing: %v", err)
	}
	return results
}

// versioned is a write that a newer one replaces.
func (s *Subject) versioned(key string, version int64) pipelines.Write {
	return pipelines.Write{Target: s.Versioned, Key: []byte(key), Version: version, Body: s.Doc(version), Time: version}
}

// create is a write that happens once.
func (s *Subject) create(key string, n int64) pipelines.Write {
	return pipelines.Write{Target: s.Created, Key: []byte(key), Body: s.Doc(n), Time: n}
}

// holds fails the test unless the target holds document n under the key; n = 0 means that it holds none.
func (s *Subject) holds(t *testing.T, target, key string, n int64) {
	t.Helper()
	if s.Without.Reads {
		return
	}
	got := s.Read(t, target, []byte(key))
	if n == 0 {
		if got != nil {
			t.Errorf("%s holds a document under %q, want none", target, key)
		}
		return
	}
	if want := s.Doc(n); !sameJSON(got, want) {
		t.Errorf("%s holds %s under %q, want %s", target, got, key, want)
	}
}

// wants fails the test unless the results have these verdicts, in this order.
func wants(t testingT, results []pipelines.Result, verdicts ...pipelines.Verdict) {
	t.Helper()
	got := make([]pipelines.Verdict, len(results))
	for i := range results {
		got[i] = results[i].Verdict
	}
	if !slices.Equal(got, verdicts) {
		t.Fatalf("verdicts %v, want %v (%v)", got, verdicts, results)
	}
}

// sameJSON compares two documents, white space and the order of names aside.
func sameJSON(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	ax, errA := json.Marshal(x)
	by, errB := json.Marshal(y)
	return errA == nil && errB == nil && bytes.Equal(ax, by)
}
