package sinkstest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"sluice/pipelines"
)

// anyInterleaving writes random versions of a few keys in random batches, some of them at the
// same time and some of them twice: each key ends with its newest.
func anyInterleaving(t *testing.T, s Subject) {
	skipUnless(t, !s.Without.Versions && !s.Without.Reads)
	var round atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		prefix := fmt.Sprint("round", round.Add(1), "-")
		newest := map[string]int64{}
		write := rapid.Custom(func(rt *rapid.T) pipelines.Write {
			key := prefix + rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "key")
			return s.versioned(key, rapid.Int64Range(1, 8).Draw(rt, "version"))
		})
		batches := rapid.SliceOfN(rapid.SliceOfN(write, 1, 6), 1, 5).Draw(rt, "batches")
		for _, batch := range batches {
			for i := range batch {
				newest[string(batch[i].Key)] = max(newest[string(batch[i].Key)], batch[i].Version)
			}
		}
		if rapid.Bool().Draw(rt, "some twice") {
			batches = append(batches, batches[0])
		}
		s.offer(rt, batches, rapid.Bool().Draw(rt, "at the same time"))
		for key, version := range newest {
			if got := s.Read(t, s.Versioned, []byte(key)); !sameJSON(got, s.Doc(version)) {
				rt.Fatalf("%q holds %s, want version %d", key, got, version)
			}
		}
	})
}

// offer writes the batches one after another, or all at once.
func (s *Subject) offer(rt *rapid.T, batches [][]pipelines.Write, together bool) {
	errs := make([]error, len(batches))
	var all sync.WaitGroup
	for i, batch := range batches {
		one := func() { errs[i] = s.Sink.Write(rt.Context(), batch, make([]pipelines.Result, len(batch))) }
		if together {
			all.Go(one)
		} else {
			one()
		}
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			rt.Fatalf("writing: %v", err)
		}
	}
}
