package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// scripted is a catcher that says what it is told to.
type scripted struct {
	where  string
	says   map[string]outcome // by mutant; "" = of the product without a bug
	tried  []string
	broken error
}

func (s *scripted) scene(m *mutant) string {
	if m.Simulation == s.where {
		return s.where
	}
	return ""
}

func (s *scripted) try(_ context.Context, m *mutant, planted bool) (outcome, error) {
	name := ""
	if planted {
		name = m.name
	}
	s.tried = append(s.tried, name)
	return s.says[name], s.broken
}

func TestACampaignWantsEachMutantCaughtByWhatItNames(t *testing.T) {
	caught := outcome{failed: true, by: "L1 one is lost"}
	other := outcome{failed: true, said: "L8 counters"}
	for name, c := range map[string]struct {
		says map[string]outcome
		err  error
		want []string
	}{
		"all caught": {
			map[string]outcome{"a": caught, "b": caught},
			nil,
			[]string{"control  here: holds without a bug", "caught   by here: L1 one is lost", "2 of 2 planted bugs are caught"},
		},
		"one survives": {map[string]outcome{"a": caught}, errSurvived, []string{"SURVIVED by here", "1 of 2"}},
		"one is caught by another": {
			map[string]outcome{"a": caught, "b": other}, errSurvived, []string{"SURVIVED by here: it was said: L8 counters", "1 of 2"},
		},
		"the product itself is caught": {map[string]outcome{"": caught}, errNoProof, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			catches := &scripted{where: "here", says: c.says}
			campaign := &campaign{out: &out, catchers: []catcher{catches}, mutants: []*mutant{{name: "a", Simulation: "here"}, {name: "b", Simulation: "here"}}}
			if err := campaign.run(t.Context()); !errors.Is(err, c.err) || c.err == nil && err != nil {
				t.Errorf("ended with %v, want %v", err, c.err)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in\n%s", want, out.String())
				}
			}
			if n := len(slices.DeleteFunc(slices.Clone(catches.tried), func(name string) bool { return name != "" })); n != 1 || catches.tried[0] != "" {
				t.Errorf("tried %q: want one control, first", catches.tried)
			}
		})
	}
}

func TestWhatCannotBeTriedIsNoCatch(t *testing.T) {
	broken := errors.New("no server")
	c := &campaign{out: &strings.Builder{}, catchers: []catcher{&scripted{where: "here", broken: broken}}, mutants: []*mutant{{name: "a", Simulation: "here"}}}
	if err := c.run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("ended with %v", err)
	}
}

func TestTheOraclesWordsAreFound(t *testing.T) {
	said := "--- FAIL: x\n  at 12.3s: one is lost\nnoise\n  at 1m0.5s: two are\nFAIL\n"
	if got := complaints(said); !slices.Equal(got, []string{"one is lost", "two are"}) {
		t.Errorf("found %q", got)
	}
	if got := complaints("some\npanic: hung\n"); !slices.Equal(got, []string{"panic: hung"}) {
		t.Errorf("found %q", got)
	}
}

func TestADrillsFailureNamesItsAssertion(t *testing.T) {
	for failure, by := range map[string]string{
		"L1 no loss fails: 3 records": "L1", "L9: a commit went back": "L9", "the fault did not bite: want gap > 0": byBite,
	} {
		if w := (&drillTrial{By: by}); !w.shows(failure) {
			t.Errorf("%q is not seen as %s", failure, by)
		}
		if w := (&drillTrial{By: "L0"}); w.shows(failure) {
			t.Errorf("%q is seen as L0", failure)
		}
	}
	if (&drillTrial{By: "L1"}).shows("L10 liveness fails: late") {
		t.Error("L10 is seen as L1")
	}
}
