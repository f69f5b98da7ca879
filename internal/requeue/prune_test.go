package requeue

import (
	"context"
	"errors"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

func TestPruneDeletesOnlyUpToTheFirstOpenLetter(t *testing.T) {
	store := newTopics()
	store.bury(t, 30, 3) // ten in each partition
	cfg := settings()
	for offset := range int64(10) {
		cfg.Filter.IDs = append(cfg.Filter.IDs, ID{live, 0, offset}) // all of partition 0
		if offset != 4 {
			cfg.Filter.IDs = append(cfg.Filter.IDs, ID{live, 1, offset}) // but one of partition 1
		}
	}
	r, _ := requeuer(t, store, cfg)
	if _, err := r.Drop(t.Context(), NewBox(store, live)); err != nil {
		t.Fatal(err)
	}
	box := NewBox(store, live)
	dry, err := box.Prune(t.Context(), store, true)
	if err != nil || dry.Letters != 14 || dry.Records != 15 || store.start[pipelines.Partition{Topic: schemas.DeadTopic(live)}] != 0 {
		t.Fatalf("dry: %+v, %v", dry, err)
	}
	if _, err := box.Prune(t.Context(), store, false); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[int32]int64{0: 11, 1: 4, 2: 0} {
		if got := store.start[pipelines.Partition{Topic: schemas.DeadTopic(live), ID: id}]; got != want {
			t.Errorf("partition %d begins at %d, want %d", id, got, want)
		}
	}
	if got := store.states(t); got[Open] != 11 || got[Dropped] != 5 {
		t.Errorf("afterwards %v", got)
	}
}

func TestPruneLeavesStrangersAlone(t *testing.T) {
	store := newTopics()
	part := pipelines.Partition{Topic: schemas.DeadTopic(live)}
	if err := store.PublishTo(t.Context(), part, []pipelines.Record{{Value: []byte("no letter")}}); err != nil {
		t.Fatal(err)
	}
	store.bury(t, 3, 1)
	r, _ := requeuer(t, store, settings())
	if _, err := r.Drop(t.Context(), NewBox(store, live)); err != nil {
		t.Fatal(err)
	}
	if pruned, err := NewBox(store, live).Prune(t.Context(), store, false); err != nil || pruned.Records != 0 {
		t.Errorf("%+v, %v", pruned, err)
	}
}

// graves keeps dead letters; it refuses those whose value is too large.
type graves struct{ kept []int64 }

type tooLarge struct{ index int }

func (t *tooLarge) Error() string    { return "too large" }
func (t *tooLarge) RecordIndex() int { return t.index }

func (g *graves) Publish(_ context.Context, letters []pipelines.DeadLetter) error {
	for i := range letters {
		if len(letters[i].Record.Value) > 10 {
			return &tooLarge{index: i}
		}
	}
	for i := range letters {
		g.kept = append(g.kept, letters[i].Record.Offset)
	}
	return nil
}

func TestAReplayKeepsNoLetterTwice(t *testing.T) {
	store := newTopics()
	store.bury(t, 5, 1) // offsets 0 to 4 of partition 0
	kept := &graves{}
	once, err := NewOnce(t.Context(), NewBox(store, live), kept)
	if err != nil {
		t.Fatal(err)
	}
	letter := func(part int32, offset int64, value string) pipelines.DeadLetter {
		return pipelines.DeadLetter{From: pipelines.Partition{Topic: pings, ID: part}, Record: pipelines.Record{Offset: offset, Value: []byte(value)}}
	}
	if err := once.Publish(t.Context(), []pipelines.DeadLetter{letter(0, 0, "a"), letter(0, 5, "b"), letter(1, 4, "c"), letter(0, 4, "d")}); err != nil {
		t.Fatal(err)
	}
	if len(kept.kept) != 2 || kept.kept[0] != 5 || kept.kept[1] != 4 {
		t.Errorf("kept %v, want offset 5 of partition 0 and 4 of 1", kept.kept)
	}
	err = once.Publish(t.Context(), []pipelines.DeadLetter{letter(0, 1, "a"), letter(0, 2, "b"), letter(0, 9, "larger than ten bytes")})
	var named interface{ RecordIndex() int }
	if !errors.As(err, &named) || named.RecordIndex() != 2 {
		t.Errorf("%v, want the place in the caller's list", err)
	}
	if err := once.Publish(t.Context(), []pipelines.DeadLetter{letter(0, 1, "larger than ten bytes")}); err != nil {
		t.Errorf("one that is kept already: %v", err)
	}
	if n := once.Again(); n != 3 { // not those that come once more after the failure
		t.Errorf("%d were kept already, want 3", n)
	}
}
