package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sluice/internal/drill/spoil"
	"sluice/internal/drill/stage"
)

// road is a way that notes what is done to it.
type road struct {
	done   []string
	refuse bool
}

func (r *road) Cut() { r.done = append(r.done, "cut") }

func (r *road) Add(toxic string, stream stage.Stream, attributes map[string]int64) error {
	if r.refuse {
		return errors.New("no")
	}
	r.done = append(r.done, fmt.Sprint(toxic, " ", stream, " ", attributes))
	return nil
}

func (r *road) Heal(context.Context) error {
	r.done = append(r.done, "heal")
	return nil
}

func TestToxicsArePutIntoEveryWayAndTakenOut(t *testing.T) {
	for name, c := range map[string]struct {
		kind func(*arguments) []toxic
		with map[string]string
		want []string
	}{
		"cut":        {cutToxics, nil, []string{"cut"}},
		"black hole": {blackHoleToxics, nil, []string{"timeout upstream map[timeout:0]", "timeout downstream map[timeout:0]"}},
		"latency":    {latencyToxics, map[string]string{"delay": "1s", "jitter": "30ms"}, []string{"latency downstream map[jitter:30 latency:1000]"}},
		"reset":      {resetToxics, nil, []string{"reset_peer upstream map[timeout:100]"}},
		"slow":       {slowToxics, map[string]string{"rate": "7"}, []string{"bandwidth upstream map[rate:7]", "bandwidth downstream map[rate:7]"}},
		"slice":      {sliceToxics, nil, []string{"slicer upstream map[average_size:64 delay:1000 size_variation:32]", "slicer downstream map[average_size:64 delay:1000 size_variation:32]"}},
		"break off":  {breakOffToxics, nil, []string{"limit_data downstream map[bytes:2000]"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := &arguments{with: c.with}
			a, b := &road{}, &road{}
			n := &network{toxics: c.kind(args), ways: []way{a, b}}
			if err := errors.Join(args.wrong(), n.Inject(t.Context()), n.Heal(t.Context())); err != nil {
				t.Fatal(err)
			}
			want := append(slices.Clone(c.want), "heal")
			if !slices.Equal(a.done, want) || !slices.Equal(b.done, want) {
				t.Errorf("done %q and %q, want %q", a.done, b.done, want)
			}
			b.refuse = true
			if err := n.Inject(t.Context()); (err == nil) != (name == "cut") {
				t.Errorf("a way that takes none: %v", err)
			}
		})
	}
}

// bulks counts what a script spoils of one request of ten writes.
type bulks struct {
	script spoil.Script
	tally  spoil.Tally
}

func (b *bulks) Play(s spoil.Script) { b.script, b.tally = s, spoil.Tally{} }

func (b *bulks) Spoilt() spoil.Tally { return b.tally }

func TestAScriptSaysWhatItSpoilt(t *testing.T) {
	way := &bulks{}
	a := &answers{way: way, script: func() (spoil.Script, error) { return spoil.Named("429", 1, 1) }}
	if err := a.Heal(t.Context()); err != nil {
		t.Errorf("healing what was never injected: %v", err)
	}
	for _, spoilt := range []int64{3, 0} {
		if err := a.Inject(t.Context()); err != nil || way.script == nil {
			t.Fatal(err)
		}
		way.tally = spoil.Tally{Requests: spoilt, Items: 10 * spoilt, Applied: spoilt}
		if err := a.Heal(t.Context()); err != nil {
			t.Errorf("%d were spoilt: %v", spoilt, err)
		}
		if way.script != nil {
			t.Error("the script goes on")
		}
	}
	if got := fmt.Sprint(a.Saw()); !strings.Contains(got, "spoilt-applied:3") || !strings.Contains(got, "spoilt-items:30") || !strings.Contains(got, "spoilt-requests:3") {
		t.Error(got)
	}
}
