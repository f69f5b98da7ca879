package fault

import (
	"os"
	"slices"
	"strings"
	"testing"

	"sluice/internal/drill/script"
)

func TestEveryKindSaysWhatItDoesAndToWhom(t *testing.T) {
	for name, kind := range Kinds() {
		if kind.About == "" || len(kind.On) == 0 || kind.Make == nil || strings.HasSuffix(kind.About, ".") {
			t.Errorf("%s: %+v", name, kind)
		}
		for argument, meaning := range kind.With {
			if meaning == "" {
				t.Errorf("%s: nobody knows what %s means", name, argument)
			}
		}
	}
}

// Only one drill makes dead letters of sound records, and its file says of how many.
func TestOneDrillHasSoundRecordsRejected(t *testing.T) {
	drills, err := script.ReadAll(os.DirFS("../../../ops/drills"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range drills {
		want := 0.0
		if d.Name == "elastic-rejects" {
			want = 0.02
		}
		if got := Rejects(d.Faults); got != want {
			t.Errorf("%s has %g rejected, want %g", d.Name, got, want)
		}
	}
	twice := script.Fault{Kind: answersName, With: map[string]string{"answer": "items-400"}}
	if got := Rejects([]script.Fault{twice, {Kind: "cut"}, twice}); got != 1 {
		t.Errorf("all, and all again, are %g, want 1", got)
	}
}

func TestEveryDrillAsksForWhatThereIs(t *testing.T) {
	drills, err := script.ReadAll(os.DirFS("../../../ops/drills"))
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, d := range drills {
		for _, f := range d.Faults {
			used[f.Kind] = true
			if err := Check(f); err != nil {
				t.Errorf("%s: %v", d.Name, err)
			}
		}
	}
	for name := range Kinds() {
		if !used[name] {
			t.Errorf("no drill uses %s", name)
		}
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	for says, f := range map[string]script.Fault{
		`no kind of fault is "earthquake"`:       {Kind: "earthquake", On: "elastic"},
		`cut: on "redis-1"`:                      {Kind: "cut", On: "redis-1"},
		`cut: on "kafka-"`:                       {Kind: "cut", On: "kafka-"},
		`cut: on "kafka-x"`:                      {Kind: "cut", On: "kafka-x"},
		`latency: with.length is no argument of`: {Kind: "latency", On: "kafka-2", With: map[string]string{"length": "1s"}},
	} {
		if err := Check(f); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %q", f, err, says)
		}
	}
	if err := Check(script.Fault{Kind: "latency", On: "kafka-2", With: map[string]string{"delay": "1s"}}); err != nil {
		t.Error(err)
	}
}

func TestArgumentsAreReadOrComplainedOf(t *testing.T) {
	a := &arguments{with: map[string]string{"n": "3", "d": "2s", "s": "20%", "w": "b"}}
	if a.number("n", 1) != 3 || a.length("d", 1) != 2e9 || a.share("s", 1) != 0.2 || a.text("w", "a", "a", "b") != "b" || a.wrong() != nil {
		t.Errorf("%v", a.wrong())
	}
	if a.number("m", 7) != 7 || a.text("v", "a", "a") != "a" {
		t.Error("what is not said is not what is usual")
	}
	b := &arguments{with: map[string]string{"n": "0", "d": "-1s", "s": "0%", "w": "c"}}
	b.number("n", 1)
	b.length("d", 1)
	b.share("s", 1)
	b.text("w", "a", "a", "b")
	for _, name := range []string{"n", "d", "s", "w"} {
		if err := b.wrong(); err == nil || !slices.Contains(strings.Fields(err.Error()), "with."+name+":") {
			t.Errorf("no complaint of %s: %v", name, err)
		}
	}
}
