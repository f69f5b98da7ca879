package simulation

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// A process may disappear between any two steps of its dealings with the world. Here it does so at
// each of them in turn, and again soon after its restart.
func TestACrashAtEachStepLosesNothing(t *testing.T) {
	for seed := range uint64(4) {
		quiet := schedule(seed)
		quiet.machines, quiet.partitions, quiet.faults = 1, 2, nil
		for i := range quiet.records {
			quiet.records[i].part %= 2
		}
		quiet.records = quiet.records[:min(len(quiet.records), 40)]
		quiet.faults = []fault{
			{kind: storeBusy, until: 5 * time.Second, permille: 200},
			{kind: lettersFail, until: 5 * time.Second, permille: 300},
			{kind: commitsFail, until: 5 * time.Second, permille: 300},
		}
		t.Run(fmt.Sprintf("%s/%d", quiet.cfg.Name, seed), func(t *testing.T) {
			steps := run(t, quiet).steps
			if steps < 20 {
				t.Fatalf("only %d steps", steps)
			}
			for step := 1; step <= steps; step++ {
				s := *quiet
				s.faults = append(slices.Clip(s.faults),
					fault{kind: crashAtStep, step: step}, fault{kind: crashAtStep, step: step + step%17 + 5})
				out := run(t, &s)
				if len(out.complaints) > 0 {
					t.Fatalf("a crash at step %d of %d:\n%v%s", step, steps, &s, lines(out.complaints))
				}
				if out.seen["crash"] == 0 {
					t.Fatalf("no crash at step %d of %d", step, steps)
				}
			}
		})
	}
}
