package ledger

import "testing"

func TestFates(t *testing.T) {
	listed := []Refusal{{Index: 1, Code: "bad_json"}}
	for name, c := range map[string]struct {
		outcome Outcome
		want    [2]Fate // of the records 0 and 1
	}{
		"answered":                  {Outcome{State: Answered}, [2]Fate{Acked, Acked}},
		"one refused":               {Outcome{State: Answered, Rejected: 1, Refused: listed}, [2]Fate{Acked, Refused}},
		"one more, nobody says who": {Outcome{State: Answered, Rejected: 2, Refused: listed}, [2]Fate{Unsure, Refused}},
		"no answer":                 {Outcome{State: Doubt}, [2]Fate{Unsure, Unsure}},
		"never sent":                {Outcome{State: Skipped}, [2]Fate{Unsent, Unsent}},
	} {
		if got := [2]Fate{c.outcome.Fate(0), c.outcome.Fate(1)}; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
