package drill

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/internal/drill/fault"
	"sluice/internal/drill/report"
)

// Thirty seconds from healing begin with it, also while something is still measured since the injection.
func TestRecoveryIsMeasuredFromTheHealing(t *testing.T) {
	d := simple()
	d.Faults[0].For, d.Expect.Consuming = time.Second, 10*time.Second
	said, w := play(t, Config{}, d, func(w *world) { w.stillFor, w.unfound = 9*time.Second, 2*time.Second })
	if said.Verdict != report.Held {
		t.Fatalf("%s %q", said.Verdict, said.Failures)
	}
	when := map[string]string{}
	for _, line := range w.lines {
		at, what, _ := strings.Cut(line, " ")
		when[what] = at
	}
	if healed := when["heal elastic"]; healed == "" || when["probe of sim-x-"] != healed {
		t.Errorf("it went %q: the probe was not posted when all was healed", w.lines)
	}
	if i := said.Injections[0]; i.Searchable.Seconds != 2 || i.Consuming.Seconds < 9 {
		t.Errorf("found after %g s, consuming after %g s", i.Searchable.Seconds, i.Consuming.Seconds)
	}
	d.Expect.Searchable = time.Second
	said, _ = play(t, Config{}, d, func(w *world) { w.unfound = 2 * time.Second })
	late := func(failure string) bool {
		return strings.HasPrefix(failure, "searchable after healing: not within 1s")
	}
	if said.Verdict != report.Failed || !slices.ContainsFunc(said.Failures, late) {
		t.Errorf("%s %q", said.Verdict, said.Failures)
	}
}

// A process of sluice's that needs a minute to be back is no recovery within 30 s; a server may need it.
func TestSluiceItselfHasToBeBackInTime(t *testing.T) {
	for on, want := range map[string]report.Verdict{
		"pipelines-1": report.Failed, "all": report.Failed, "elastic": report.Held, "kafka-2": report.Held, "redis": report.Held,
	} {
		d := simple()
		d.Faults[0].On = on
		said, _ := play(t, Config{}, d, func(w *world) { w.healsIn = time.Minute })
		if said.Verdict != want {
			t.Errorf("%s: %s %q, want %s", on, said.Verdict, said.Failures, want)
		}
	}
}

// What shows only at the injection that the machine has it not, such as a control group, is no failure of sluice's; one
// beside it is.
func TestWhatTheMachineHasNotMayShowLate(t *testing.T) {
	late := func(w *world) {
		w.injectErr = fmt.Errorf("starting pipelines-1: %w: making a control group: no permission", fault.ErrCannot)
	}
	said, w := play(t, Config{Times: 2}, simple(), late)
	if said.Verdict != report.Cannot || !strings.Contains(said.Why, "no permission") || len(said.Injections) != 1 || w.up != 0 || !w.struck {
		t.Errorf("%s %q %q, %d injections", said.Verdict, said.Why, said.Failures, len(said.Injections))
	}
	said, _ = play(t, Config{}, simple(), func(w *world) {
		late(w)
		w.healErr = errors.New("it is dead")
	})
	if said.Verdict != report.Failed {
		t.Errorf("%s %q %q", said.Verdict, said.Why, said.Failures)
	}
}
