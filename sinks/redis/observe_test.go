package redis

import (
	"testing"

	"sluice/schemas"
)

// told keeps what the store says of its batches.
type told struct{ batches []Applied }

func (o *told) Applied(a Applied) { o.batches = append(o.batches, a) }

// Events are told by what they do: whoever looks at refunds wants them apart. What is too old for any month is no event of a call.
func TestObserverHearsEventsByKind(t *testing.T) {
	_, s := oneServer(t)
	heard := &told{}
	s.obs = heard
	writes := s.completions("M1", 20)
	writes = append(writes, s.event("M1", schemas.LevelVoid, 3, 0), s.event("M1", schemas.LevelPurchase, 1, 0), s.event("M1", schemas.LevelComplete, 99, -800))
	s.results(writes)
	want := schemas.LevelTally{schemas.LevelComplete: 20, schemas.LevelVoid: 1, schemas.LevelPurchase: 1}
	if len(heard.batches) != 1 {
		t.Fatalf("%d batches", len(heard.batches))
	}
	if got := heard.batches[0]; got.Events != want || got.Calls != 1 || got.Announced == 0 || got.Took <= 0 {
		t.Errorf("told %+v, want events %v", got, want)
	}
}
