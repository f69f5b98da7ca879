package simulation

import (
	"testing"

	"sluice/pipelines"
	"sluice/pipelines/gps"
)

// A model that finds nothing may be blind. Each of these bugs, planted at the edge of the path, has
// to be found soon.
func TestTheModelFindsPlantedBugs(t *testing.T) {
	const within = 300 // seeds
	for name, bug := range map[string]*plant{
		"a busy item counts as stored":             {answers: turns(pipelines.Retry, pipelines.Stored)},
		"an item without answer counts as stored":  {answers: turns(pipelines.Unsettled, pipelines.Stored)},
		"a refused item counts as poison":          {answers: turns(pipelines.Refused, pipelines.Poison)},
		"a duplicate counts as poison":             {answers: turns(pipelines.Duplicate, pipelines.Poison)},
		"an older version counts as poison":        {answers: turns(pipelines.Stale, pipelines.Poison)},
		"poison counts as stale":                   {answers: turns(pipelines.Poison, pipelines.Stale)},
		"a call that failed counts as stored":      {answers: allStored},
		"two results change places":                {answers: changePlaces},
		"letters are not acknowledged":             {buries: func(error) error { return nil }},
		"the newest offset is committed":           {commits: func(_, read int64) int64 { return read }},
		"the commit is one too far":                {commits: func(next, _ int64) int64 { return next + 1 }},
		"the commit goes back":                     {commits: func(next, read int64) int64 { return next - read%2 }},
		"a record of a poll is left out":           {polls: func(n int) int { return max(1, n-1) }},
		"counters are off by one":                  {counts: func(n int) int { return max(1, n-1) }},
		"what is written never expires":            {writes: func(w *pipelines.Write) { w.Expires = 0 }},
		"what is written expires too early":        {writes: func(w *pipelines.Write) { w.Expires = w.Time + 1 }},
		"a clock ahead is believed":                {decodes: func(f *gps.Fix) { f.At = f.TS }},
		"an older position has the higher version": {writes: func(w *pipelines.Write) { w.Version = 1<<50 - w.Version }},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(within) {
				s := schedule(seed)
				s.bug = bug
				if out := run(t, s); len(out.complaints) > 0 {
					t.Logf("after %d seeds: %s", seed+1, out.complaints[0])
					return
				}
			}
			t.Errorf("not found within %d seeds", within)
		})
	}
}

// A scenario that fails is of use once a person can read it.
func TestShrinkingLeavesWhatMatters(t *testing.T) {
	for seed := range uint64(100) {
		s := schedule(seed)
		s.bug = &plant{answers: turns(pipelines.Retry, pipelines.Stored)}
		if out := run(t, s); len(out.complaints) == 0 {
			continue
		}
		small, complaints := shrink(t, s)
		if len(complaints) == 0 || len(small.records) > 2 || len(small.faults) != 1 || small.faults[0].kind != storeBusy || small.machines > 1 {
			t.Errorf("seed %d was shrunk to\n%vwith the complaints %v", seed, small, complaints)
		}
		return
	}
	t.Error("no seed has failed")
}

// turns makes one verdict another.
func turns(from, to pipelines.Verdict) func([]pipelines.Write, []pipelines.Result, error) error {
	return func(_ []pipelines.Write, results []pipelines.Result, err error) error {
		for i := range results {
			if err == nil && results[i].Verdict == from {
				results[i].Verdict = to
			}
		}
		return err
	}
}

func allStored(_ []pipelines.Write, results []pipelines.Result, err error) error {
	for i := range results {
		if err != nil {
			results[i] = pipelines.Result{Verdict: pipelines.Stored}
		}
	}
	return nil
}

func changePlaces(_ []pipelines.Write, results []pipelines.Result, err error) error {
	last := len(results) - 1
	results[0], results[last] = results[last], results[0]
	return err
}
