package sinkstest

import (
	"errors"
	"fmt"
	"slices"

	"sluice/pipelines"
	"sluice/schemas"
)

// levelRepairs are the checks of what reconciliation asks for, and of the events that only a repair brings.
func levelRepairs() map[string]func(*house) {
	return map[string]func(*house){
		"what is held is that which counts and was said":       heldOfMembers,
		"what is held is told of a bucket that is whole":       heldOfWhole,
		"a tombstone is of the latest month that said so":      heldOfMonth,
		"an order is forgotten, tombstone and all":             forgotten,
		"an order is forgotten behind one that begins a month": forgottenBehind,
		"a level is said once more":                            saidAgain,
		"a partition brings no repairs":                        repairsOfPartition,
	}
}

// heldOf is what is held of a member.
func (h *house) heldOf(member string, months ...schemas.Month) (held schemas.Held) {
	h.t.Helper()
	q := schemas.HeldQuery{Bucket: h.Bucket(member), Member: member, Months: months}
	calls := 0
	err := h.Levels.Held(h.t.Context(), q, func(one *schemas.Held) error {
		calls++
		held = *one
		return nil
	})
	if err != nil || calls != 1 || held.Member != member || len(held.Counted) != len(months) {
		h.t.Fatalf("asking for %s: %+v in %d calls, %v", member, held, calls, err)
	}
	for _, ids := range append(held.Counted, held.Voids) {
		slices.Sort(ids)
	}
	return held
}

// ids is what is held of a member's month.
func (h *house) ids(member string, month schemas.Month) monthIDs {
	h.t.Helper()
	held := h.heldOf(member, month)
	return monthIDs{counted: held.Counted[0], void: held.Voids}
}

func heldOfMembers(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.write(h.complete(m1, 90, levelNoon-31*day), h.void(m1, 91, levelNoon), h.void(m1, 92, levelNoon-31*day), h.void(m1, 93, levelNoon-62*day))
	got := h.heldOf(m1, november, october, december)
	if !slices.Equal(got.Counted[0], []int64{1, 2, 3, 4, 5}) || !slices.Equal(got.Counted[1], []int64{90}) || len(got.Counted[2]) > 0 || !slices.Equal(got.Voids, []int64{91, 92}) {
		h.t.Errorf("held are %+v", got)
	}
	if got.Announced != "silver" || got.Level != "silver" || got.Pending || !got.Told {
		h.t.Errorf("the level is %+v", got)
	}
	h.clock.set(h.rules.End(december))
	if got := h.heldOf(m1); got.Announced != "silver" || got.Level != "bronze" || !got.Pending || !got.Told {
		h.t.Errorf("after it has ended it is %+v", got)
	}
	if got := h.heldOf("nobody", november); got.Announced != "bronze" || got.Level != "bronze" || got.Pending || !got.Told || len(got.Counted[0]) > 0 {
		h.t.Errorf("of nobody is held %+v", got)
	}
}

func heldOfMonth(h *house) {
	h.write(h.complete(m1, 9, levelNoon), h.complete(m1, 1<<62, levelNoon+3000), h.complete(m1, 5, levelNoon-31*day), h.complete(m2, 6, levelNoon))
	h.write(h.void(m1, 7, levelNoon), h.void(m1, 5, levelNoon), h.void(m1, 8, levelNoon-31*day))
	for _, twice := range [][2]int64{{0, -31}, {-31, 0}} { // whichever came first
		order := 80 + twice[0]
		h.says(h.write(h.void(m1, order, levelNoon+twice[0]*day), h.void(m1, order, levelNoon+twice[1]*day)), "stored", "duplicate void")
	}
	for month, want := range map[schemas.Month]monthIDs{
		november: {counted: []int64{9, 1 << 62}, void: []int64{5, 7, 49, 80}},
		october:  {void: []int64{8}},
		december: {},
	} {
		if got := h.ids(m1, month); !got.equal(want) {
			h.t.Errorf("%v holds %+v, want %+v", month, got, want)
		}
	}
}

func heldOfWhole(h *house) {
	want := make([][]string, h.Levels.Buckets())
	for i := range 700 {
		member := fmt.Sprint("M", i)
		h.write(h.complete(member, int64(i+1), levelNoon))
		want[h.Bucket(member)] = append(want[h.Bucket(member)], fmt.Sprintf("%s %d", member, i+1))
	}
	enough := errors.New("enough")
	for bucket := range want {
		var got []string
		err := h.Levels.Held(h.t.Context(), schemas.HeldQuery{Bucket: bucket, Months: []schemas.Month{november}}, func(one *schemas.Held) error {
			got = append(got, fmt.Sprintf("%s %d", one.Member, one.Counted[0][0]))
			return nil
		})
		slices.Sort(got)
		slices.Sort(want[bucket])
		if err != nil || !slices.Equal(got, want[bucket]) {
			h.t.Errorf("bucket %d holds %d members, want %d: %v", bucket, len(got), len(want[bucket]), err)
		}
		if err := h.Levels.Held(h.t.Context(), schemas.HeldQuery{Bucket: bucket}, func(*schemas.Held) error { return enough }); !errors.Is(err, enough) {
			h.t.Errorf("an error of each ends it: %v", err)
		}
	}
	if h.Lose == nil {
		return
	}
	h.lose()
	err := h.Levels.Held(h.t.Context(), schemas.HeldQuery{Bucket: 0}, func(*schemas.Held) error { return nil })
	h.fails("a bucket that was lost", err, schemas.ErrRecovering)
}

// repair is a write of no partition.
func repair(member string, e schemas.LevelEvent) pipelines.Write {
	return pipelines.Write{Target: schemas.LevelsTarget, Key: []byte(member), Body: schemas.AppendLevelEvent(nil, &e), Time: e.At}
}

func forgotten(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.write(h.void(m1, 77, levelNoon))
	forget := func(id int64) pipelines.Write {
		return repair(m1, schemas.LevelEvent{Kind: schemas.LevelForget, Order: id})
	}
	h.says(h.write(forget(5), forget(77), forget(1000)), "stored", "stored", "stored")
	if got := h.heldOf(m1, november); !slices.Equal(got.Counted[0], []int64{1, 2, 3, 4}) || len(got.Voids) > 0 || got.Announced != "bronze" || !got.Told {
		h.t.Errorf("held are %+v", got)
	}
	h.announced(m1, "bronze>silver orders", "silver>bronze repair")
	h.says(h.write(h.complete(m1, 77, levelNoon), h.complete(m1, 5, levelNoon)), "stored", "stored") // as if they were never heard of
	if got := h.heldOf(m1, november); len(got.Counted[0]) != 6 || got.Announced != "silver" {
		h.t.Errorf("held are %+v", got)
	}
}

// forgottenBehind has one batch that begins a month for a member, and then forgets orders of the month before.
func forgottenBehind(h *house) {
	h.write(h.orders(m1, 6, levelNoon)...)
	begins := schemas.LevelEvent{Kind: schemas.LevelComplete, Order: 1000, Month: december, Second: 5, At: levelNoon}
	writes := []pipelines.Write{repair(m1, begins)}
	for _, id := range []int64{6, 2} {
		writes = append(writes, repair(m1, schemas.LevelEvent{Kind: schemas.LevelForget, Order: id}))
	}
	h.says(h.write(writes...), "stored", "stored", "stored")
	if got := h.heldOf(m1, november, december); !slices.Equal(got.Counted[0], []int64{1, 3, 4, 5}) || !slices.Equal(got.Counted[1], []int64{1000}) || got.Announced != "bronze" || !got.Told {
		h.t.Errorf("held are %+v", got)
	}
	h.announced(m1, "bronze>silver orders", "silver>bronze repair")
	h.says(h.write(h.complete(m1, 6, levelNoon)), "stored")
	h.announced(m1, "bronze>silver orders", "silver>bronze repair", "bronze>silver orders")
}

func saidAgain(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	say := schemas.LevelEvent{Kind: schemas.LevelSay, At: levelNoon}
	h.says(h.write(repair(m1, say), repair(m2, say)), "stored", "stored")
	h.announced(m1, "bronze>silver orders", "silver>silver repair")
	h.announced(m2, "bronze>bronze repair")
	if got := h.state(m1); got.Version != 2 || got.Announced != "silver" {
		h.t.Errorf("the state is %+v", got)
	}
}

func repairsOfPartition(h *house) {
	h.write(h.orders(m1, 1, levelNoon)...)
	h.says(h.write(h.event(m1, schemas.LevelEvent{Kind: schemas.LevelForget, Order: 1}), h.event(m1, schemas.LevelEvent{Kind: schemas.LevelSay})),
		"poison bad_event", "poison bad_event")
	h.says(h.write(repair(m1, schemas.LevelEvent{Kind: schemas.LevelForget})), "poison bad_event")
	if got := h.heldOf(m1, november); len(got.Counted[0]) != 1 {
		h.t.Errorf("held are %+v", got)
	}
}
