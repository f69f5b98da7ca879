package embedded

import (
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

type toldLevels struct{ batches []Applied }

func (o *toldLevels) Applied(a Applied) { o.batches = append(o.batches, a) }

// What is committed is told, with the changes of level; a batch of which nothing is applied is not.
func TestLevelsObserver(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	told := &toldLevels{}
	r := rules.Default()
	l := newLevels(t, LevelsConfig{Dir: t.TempDir(), Rules: r, NoSync: true, Now: func() time.Time { return at }, Observer: told})
	results := make([]pipelines.Result, 1)
	if err := l.Write(t.Context(), []pipelines.Write{completed(r, "M1", 99, at.UnixMilli(), 0)}, results); err == nil || len(told.batches) > 0 {
		t.Fatal("before a bucket begins:", err, told.batches)
	}
	begun(t, l, pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}, 1)
	var writes []pipelines.Write
	for i := range int64(20) {
		writes = append(writes, completed(r, "M1", 100+i, at.UnixMilli(), i))
	}
	applied(t, l, writes...)
	applied(t, l, writes[:3]...) // again: nothing changes
	if len(told.batches) != 2 || told.batches[0].Took <= 0 {
		t.Fatal(told.batches)
	}
	for i, want := range []Applied{{Events: schemas.LevelTally{schemas.LevelComplete: 20}, Announced: 2}, {Events: schemas.LevelTally{schemas.LevelComplete: 3}}} {
		got := told.batches[i]
		if got.Took = 0; got != want {
			t.Errorf("batch %d: %+v, want %+v", i, got, want)
		}
	}
}
