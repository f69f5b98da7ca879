package main

import (
	"slices"
	"testing"
)

// A load of orders is another place to try a bug at than one of pings, with a control of its own.
func TestALoadOfOrdersIsAnotherScene(t *testing.T) {
	l := &load{}
	for want, m := range map[string]*mutant{
		"":                            {Simulation: "x"},
		"load":                        {Load: &loadTrial{By: "L1"}},
		"load --late 1%":              {Load: &loadTrial{By: "L1", Flags: []string{"--late", "1%"}}},
		"load of orders":              {Load: &loadTrial{By: "L1", Orders: true}},
		"load of orders --shuffle 5s": {Load: &loadTrial{By: "L1", Orders: true, Flags: []string{"--shuffle", "5s"}}},
	} {
		if got := l.scene(m); got != want {
			t.Errorf("tried at %q, want %q", got, want)
		}
		if m.Load != nil && slices.Contains(m.Load.sent(), "--orders") != m.Load.Orders {
			t.Errorf("%q sends %q", want, m.Load.sent())
		}
	}
}
