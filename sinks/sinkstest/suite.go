package sinkstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"sluice/pipelines"
)

// testingT is what a test and a property check have in common.
type testingT interface {
	Helper()
	Context() context.Context
	Fatalf(format string, args ...any)
}

// TestSink runs the suite; open hands over an empty sink and clears up with t.Cleanup.
func TestSink(t *testing.T, open func(t *testing.T) Subject) {
	for name, check := range map[string]func(*testing.T, Subject){
		"an empty batch is nothing":                     emptyBatch,
		"the newest wins in any order":                  newestWins,
		"the newest wins within one batch":              newestInBatch,
		"the newest wins among concurrent writers":      newestConcurrent,
		"a create happens once":                         createOnce,
		"poison is one item's matter":                   poisonAlone,
		"what was stored is there after reopening":      storedReopened,
		"a retry changes nothing":                       retryHarmless,
		"a huge batch keeps its order":                  hugeBatch,
		"keys with odd characters are kept apart":       oddKeys,
		"a context that ended settles nothing":          endedContext,
		"any interleaving ends with the newest (rapid)": anyInterleaving,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

func emptyBatch(t *testing.T, s Subject) {
	if err := s.Sink.Write(t.Context(), nil, nil); err != nil {
		t.Fatalf("an empty batch: %v", err)
	}
}

func newestWins(t *testing.T, s Subject) {
	skipUnless(t, !s.Without.Versions)
	wants(t, s.write(t, s.versioned("a", 5)), pipelines.Stored)
	wants(t, s.write(t, s.versioned("a", 3)), pipelines.Stale)
	s.holds(t, s.Versioned, "a", 5)
	wants(t, s.write(t, s.versioned("a", 5)), pipelines.Stale)
	wants(t, s.write(t, s.versioned("a", 9)), pipelines.Stored)
	s.holds(t, s.Versioned, "a", 9)
	s.holds(t, s.Versioned, "b", 0)
}

func newestInBatch(t *testing.T, s Subject) {
	skipUnless(t, !s.Without.Versions)
	got := s.write(t, s.versioned("a", 2), s.versioned("b", 7), s.versioned("a", 1), s.versioned("a", 4))
	wants(t, got, pipelines.Stored, pipelines.Stored, pipelines.Stale, pipelines.Stored)
	s.holds(t, s.Versioned, "a", 4)
	s.holds(t, s.Versioned, "b", 7)
}

func newestConcurrent(t *testing.T, s Subject) {
	skipUnless(t, !s.Without.Versions)
	const writers, versions = 4, 25
	var all sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		all.Go(func() {
			for v := range versions {
				writes := []pipelines.Write{s.versioned("hot", int64(1+v*writers+w)), s.versioned(fmt.Sprint("own", w), int64(v+1))}
				results := make([]pipelines.Result, len(writes))
				errs[w] = errors.Join(errs[w], s.Sink.Write(t.Context(), writes, results))
				for _, r := range results {
					if r.Verdict != pipelines.Stored && r.Verdict != pipelines.Stale {
						errs[w] = errors.Join(errs[w], fmt.Errorf("a verdict of %v: %s", r.Verdict, r.Reason))
					}
				}
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	s.holds(t, s.Versioned, "hot", writers*versions)
	for w := range writers {
		s.holds(t, s.Versioned, fmt.Sprint("own", w), versions)
	}
}

func createOnce(t *testing.T, s Subject) {
	skipUnless(t, !s.Without.Creates)
	got := s.write(t, s.create("a", 1), s.create("b", 2), s.create("a", 3))
	wants(t, got, pipelines.Stored, pipelines.Stored, pipelines.Duplicate)
	wants(t, s.write(t, s.create("b", 4), s.create("c", 5)), pipelines.Duplicate, pipelines.Stored)
	s.holds(t, s.Created, "a", 1)
	s.holds(t, s.Created, "b", 2)
	s.holds(t, s.Created, "c", 5)
}

func poisonAlone(t *testing.T, s Subject) {
	skipUnless(t, !s.Without.Poison)
	good := s.Doc(1)
	bad := [][]byte{s.Poison(), good[:len(good)-1], []byte("no JSON"), []byte(`"text"`)}
	if s.WrongType != nil {
		bad = append(bad, s.WrongType())
	}
	for i, body := range bad {
		before, behind, key := fmt.Sprint("before", i), fmt.Sprint("behind", i), fmt.Sprint("bad", i)
		poisoned := s.create(key, 1)
		poisoned.Body = body
		got := s.write(t, s.create(before, 1), poisoned, s.create(behind, 2))
		wants(t, got, pipelines.Stored, pipelines.Poison, pipelines.Stored)
		if got[1].Reason == "" || strings.ContainsAny(got[1].Reason, " {\"") {
			t.Errorf("the reason %q is not a short word", got[1].Reason)
		}
		s.holds(t, s.Created, before, 1)
		s.holds(t, s.Created, key, 0)
		s.holds(t, s.Created, behind, 2)
	}
}

func retryHarmless(t *testing.T, s Subject) {
	skipUnless(t, !s.Without.Versions && !s.Without.Creates)
	batch := []pipelines.Write{s.versioned("a", 3), s.create("x", 1), s.versioned("b", 2), s.create("y", 2)}
	wants(t, s.write(t, batch...), pipelines.Stored, pipelines.Stored, pipelines.Stored, pipelines.Stored)
	for range 3 {
		wants(t, s.write(t, batch...), pipelines.Stale, pipelines.Duplicate, pipelines.Stale, pipelines.Duplicate)
	}
	s.holds(t, s.Versioned, "a", 3)
	s.holds(t, s.Created, "y", 2)
}

func hugeBatch(t *testing.T, s Subject) {
	const many, each = 20_000, 1_000
	writes := make([]pipelines.Write, 0, many)
	for i := range int64(many) {
		w := s.create(fmt.Sprint("huge-", i), i+1)
		if i%each == 0 && !s.Without.Poison {
			w.Body = s.Poison()
		}
		writes = append(writes, w)
	}
	check := func(good pipelines.Verdict) {
		t.Helper()
		for i, r := range s.write(t, writes...) {
			want := good
			if i%each == 0 && !s.Without.Poison {
				want = pipelines.Poison
			}
			if r.Verdict != want {
				t.Fatalf("write %d is %v (%s), want %v", i, r.Verdict, r.Reason, want)
			}
		}
	}
	check(pipelines.Stored)
	s.holds(t, s.Created, fmt.Sprint("huge-", many-1), many)
	s.holds(t, s.Created, fmt.Sprint("huge-", many/2+1), many/2+2)
	if !s.Without.Creates {
		check(pipelines.Duplicate) // every single one is there
	}
}

func oddKeys(t *testing.T, s Subject) {
	keys := []string{
		"a", "A", " a", "a ", `a"b`, `a\b`, `a\\b`, "a/b", "a%2Fb", "a?b#c", "司机", "\u00e9", "e\u0301", "a\tb", "a\u0001b", "a\u007fb",
		"<&>", "\u2028", "_a", "-a", "..", "{}", "null", "0", "😀", strings.Repeat("k", 512),
	}
	writes := make([]pipelines.Write, len(keys))
	for i, key := range keys {
		writes[i] = s.create(key, int64(i+1))
	}
	wants(t, s.write(t, writes...), slices.Repeat([]pipelines.Verdict{pipelines.Stored}, len(keys))...)
	for i, key := range keys {
		s.holds(t, s.Created, key, int64(i+1))
	}
}

func endedContext(t *testing.T, s Subject) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(pipelines.ErrStopped)
	results := make([]pipelines.Result, 1)
	err := s.Sink.Write(ctx, []pipelines.Write{s.create("late", 1)}, results)
	if !errors.Is(err, pipelines.ErrStopped) && !errors.Is(err, context.Canceled) {
		t.Fatalf("a write under an ended context returned %v", err)
	}
}

func skipUnless(t *testing.T, able bool) {
	t.Helper()
	if !able {
		t.Skip("this sink does not promise it")
	}
}
