package verify

import (
	"testing"

	"sluice/internal/simulate/plan"
)

// What arrives behind an outage may be the clock ahead that the next few pings are measured against.
func TestAPositionThatLeaptMayBeAFewPingsBehind(t *testing.T) {
	w := newWorld(t, everyMischief())
	v := &verifier{author: w.author}
	ahead, _ := w.first(t, kind(plan.Ahead))
	plain, _ := w.first(t, plain)
	const eightPings = 8 * 1000 * 100 / 2000 // ms, of one of 100 drivers at 2,000 a second
	for _, c := range []struct {
		n, behind int64
		want      bool
	}{{ahead.N, eightPings, true}, {ahead.N, eightPings + 1, false}, {plain.N, 1, false}} {
		if got := v.threw(c.n, c.behind); got != c.want {
			t.Errorf("record %d, %d ms behind: %t", c.n, c.behind, got)
		}
	}
	p := everyMischief()
	p.Rules.Outliers = false
	v.author = newWorld(t, p).author
	if v.threw(ahead.N, 1) {
		t.Error("without the gate nothing is thrown")
	}
}
