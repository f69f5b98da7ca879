package drill

import (
	"slices"
	"testing"

	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
)

// That nothing was read again is judged at rest, which a proof disturbs by pings of its own; a drill that never comes to
// rest does not hold.
func TestWhatIsReadAgainIsJudgedAtRest(t *testing.T) {
	for name, c := range map[string]struct {
		restless int
		want     report.Verdict
	}{"at once": {0, report.Held}, "soon": {5, report.Held}, "never": {1000, report.Failed}} {
		t.Run(name, func(t *testing.T) {
			d := simple()
			d.Expect.Bites = []script.Bite{{Name: "redelivered", Op: "="}}
			said, _ := play(t, Config{}, d, func(w *world) { w.restless = c.restless })
			if said.Verdict != c.want {
				t.Errorf("%s %q", said.Verdict, said.Failures)
			}
			if told := slices.Contains(said.Failures, "the fault did not bite: want redelivered = 0, redelivered is not known"); told != (c.want == report.Failed) {
				t.Errorf("failures %q", said.Failures)
			}
		})
	}
}
