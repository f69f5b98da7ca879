package drill

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
)

// One round of chance that does nothing shows nothing, and ends no campaign; a second within ten does.
func TestACampaignGoesOnBehindARoundThatDidNothing(t *testing.T) {
	idle := []script.Bite{{Name: "restarted", Op: ">"}}
	for _, c := range []struct {
		idle    int
		verdict report.Verdict
	}{{1, report.Held}, {2, report.Failed}} {
		synctest.Test(t, func(t *testing.T) {
			r, err := New(Config{}, newWorld(), silent{})
			if err != nil {
				t.Fatal(err)
			}
			d := simple()
			d.Expect.Bites = nil
			rounds := []Round{{Faults: d.Faults, Bites: idle}, {Faults: d.Faults, Bites: idle}, {Faults: d.Faults}}
			said := r.Random(t.Context(), &d, rounds[2-c.idle:], time.Minute)
			shows := slices.ContainsFunc(said.Notes, func(note string) bool { return strings.HasSuffix(note, "the round shows nothing") })
			if said.Verdict != c.verdict || !shows {
				t.Errorf("%d idle: %s, %q, %q", c.idle, said.Verdict, said.Failures, said.Notes)
			}
		})
	}
}
