package drill

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/internal/drill/script"
)

func several() []script.Drill {
	var drills []script.Drill
	for _, on := range []string{"elastic", "kafka", "kafka-1", "kafka-2", "pipelines", "pipelines-1", "gateway-1"} {
		d := simple()
		d.Name, d.Faults = on, []script.Fault{once("x", on, 0, 3*time.Second)}
		drills = append(drills, d)
	}
	return drills
}

func TestASeedIsASchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Chance{
			Seed: rapid.Uint64().Draw(t, "seed"), Together: rapid.IntRange(1, 4).Draw(t, "together"),
			Lasts: time.Duration(rapid.IntRange(1, 7200).Draw(t, "seconds")) * time.Second,
		}
		rounds := Schedule(c, several())
		if !reflect.DeepEqual(rounds, Schedule(c, several())) {
			t.Fatal("the same seed draws another schedule")
		}
		least := time.Duration(0)
		for i := range rounds {
			r := &rounds[i]
			least += r.Calm + r.length() + time.Second
			if len(r.Faults) < 1 || len(r.Faults) > c.Together {
				t.Fatalf("%d faults in %s", len(r.Faults), r)
			}
			for a := range r.Faults {
				if r.Bites != nil && len(r.Faults) > 1 {
					t.Fatalf("of several faults one has to bite: %s", r)
				}
				if clash(r.Faults[:a], r.Faults[a:a+1]) {
					t.Fatalf("two faults on the same thing: %s", r)
				}
			}
		}
		if least < c.Lasts {
			t.Fatalf("%d rounds may be over after %s of %s", len(rounds), least, c.Lasts)
		}
		c.Lasts /= 2
		shorter := Schedule(c, several())
		if !reflect.DeepEqual(shorter, rounds[:len(shorter)]) {
			t.Fatal("a shorter campaign is not the beginning of a longer one")
		}
	})
}

func TestChanceDrawsEverything(t *testing.T) {
	seen, sizes := map[string]int{}, map[int]int{}
	rounds := Schedule(Chance{Seed: 7, Lasts: time.Hour}, several())
	for i := range rounds {
		sizes[len(rounds[i].Faults)]++
		for _, f := range rounds[i].Faults {
			seen[f.On]++
		}
	}
	if len(seen) != len(several()) || sizes[1] == 0 || sizes[2] == 0 || sizes[3] == 0 {
		t.Errorf("drawn are %v, in rounds of %v", seen, sizes)
	}
	if reflect.DeepEqual(rounds, Schedule(Chance{Seed: 8, Lasts: time.Hour}, several())) {
		t.Error("another seed draws the same")
	}
}

func TestTogetherAsksForAll(t *testing.T) {
	drills := several()
	drills[2].Expect.NA["L8"] = "why"
	drills[3].Run.Pipelines = 4
	all := Together(drills)
	if err := all.Validate(); err != nil {
		t.Error(err)
	}
	if len(all.Expect.Bites) > 0 || all.Expect.NA["L8"] != "why" || all.Expect.NA["L7"] == "" || all.Run.Pipelines != 4 {
		t.Errorf("%+v", all)
	}
}
