package redis

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

// Scripts have ids as eight bytes, and write them out where they are told to people: each as it is, although a number of Lua
// holds no more than 2^53 of them.
func TestScriptsWriteOutIDs(t *testing.T) {
	_, s := oneServer(t)
	for i, id := range []int64{
		99, 9_999_999, 10_000_000, 10_000_001, 99_999_999_999_999, 100_000_000_000_000, 1<<32 - 1, 1 << 32, 1<<53 + 1, 2_346_564_224_190_304_666,
		1_000_000_000_000_000_000, 8_999_999_999_999_999_999, math.MaxInt64 - 1, math.MaxInt64,
	} {
		member := fmt.Sprint("M", i)
		s.orders = 0
		writes := append(s.completions(member, 4), s.event(member, schemas.LevelComplete, id, 0))
		s.all(writes, pipelines.Stored, "")
		s.all([]pipelines.Write{s.event(member, schemas.LevelVoid, id, 0)}, pipelines.Stored, "")
		s.all([]pipelines.Write{s.event(member, schemas.LevelComplete, id, 0)}, pipelines.Duplicate, "void")
		state, err := s.Member(t.Context(), member)
		if err != nil {
			t.Fatal(err)
		}
		want := strconv.FormatInt(id, 10)
		if h := state.History; len(h) != 2 || h[0].OrderID != want || h[1].OrderID != want {
			t.Errorf("order %d is told as %+v", id, h)
		}
		q := schemas.HeldQuery{Bucket: s.bucket([]byte(member)), Member: member, Months: []schemas.Month{202611}}
		err = s.Held(t.Context(), q, func(h *schemas.Held) error {
			if !slices.Equal(h.Voids, []int64{id}) || !slices.Equal(h.Counted[0], []int64{1, 2, 3, 4}) {
				t.Errorf("of order %d is held %+v", id, h)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// Orders that move from a member's state to their month's own key are found there by those that come again, in whatever order,
// and a month that is over stays as it was.
func TestOrdersThatMovedAreKnown(t *testing.T) {
	_, s := oneServer(t)
	for _, batch := range []int{1, 7, 40, 100} {
		member := fmt.Sprint("M", batch)
		s.orders = 0
		all := s.completions(member, 100)
		for w := range slices.Chunk(all, batch) {
			s.all(w, pipelines.Stored, "")
		}
		s.counts(member, 100)
		again := slices.Clone(all)
		slices.Reverse(again)
		for i := range again {
			again[i].Offset = s.feed.End
			s.feed.End++
		}
		for w := range slices.Chunk(again, batch) {
			s.all(w, pipelines.Duplicate, "counted")
		}
		s.all([]pipelines.Write{
			s.event(member, schemas.LevelVoid, 3, 0), s.event(member, schemas.LevelVoid, 100, 0),
			s.event(member, schemas.LevelComplete, 1000, 10), // the next month
		}, pipelines.Stored, "")
		s.all([]pipelines.Write{s.event(member, schemas.LevelComplete, 3, 0), s.event(member, schemas.LevelComplete, 100, 10)}, pipelines.Duplicate, "void")
		s.all([]pipelines.Write{s.event(member, schemas.LevelComplete, 50, 0), s.event(member, schemas.LevelComplete, 99, 10)}, pipelines.Duplicate, "counted")
		s.counts(member, 98)
	}
}
