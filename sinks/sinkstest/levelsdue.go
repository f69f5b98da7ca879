package sinkstest

import (
	"fmt"
	"slices"

	"sluice/pipelines"
	"sluice/schemas"
)

func turnInSteps(h *house) {
	const members = 57
	mine := map[string]bool{}
	var writes []pipelines.Write
	for i := 0; len(mine) < members; i++ {
		if member := fmt.Sprint("M", i); h.Bucket(member) == 1 {
			mine[member] = true
			writes = append(writes, h.orders(member, 5, levelNoon)...)
		}
	}
	h.write(writes...)
	end := h.rules.End(december)
	total, more := 0, true
	for steps := 0; more; steps++ {
		var n int
		var err error
		n, more, err = h.Levels.Turn(h.t.Context(), 1, end, 10, 10)
		if err != nil || n > 10 || steps > members {
			h.t.Fatalf("step %d: %d, %v", steps, n, err)
		}
		total += n
	}
	if total != members {
		h.t.Fatalf("%d announced, want %d", total, members)
	}
	for member := range mine {
		h.announced(member, "bronze>silver orders", "silver>bronze month")
	}
}

func turnRepeated(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	end := h.rules.End(december)
	h.turn(end)
	if n := h.turn(end); n != 0 {
		h.t.Errorf("%d announced again", n)
	}
	h.dueAt(m1, end, false)
	h.announced(m1, "bronze>silver orders", "silver>bronze month")
}

func turnFenced(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	bucket, end := h.Bucket(m1), h.rules.End(december)
	if _, _, err := h.Levels.Turn(h.t.Context(), bucket, levelNoon, 12, 10); err != nil {
		h.t.Fatal(err)
	}
	_, _, err := h.Levels.Turn(h.t.Context(), bucket, end, 11, 10)
	h.fails("a turn behind another", err, schemas.ErrFenced)
	h.announced(m1, "bronze>silver orders")
	for range 2 {
		if _, _, err := h.Levels.Turn(h.t.Context(), bucket, end, 12, 10); err != nil {
			h.t.Fatal(err)
		}
	}
	h.announced(m1, "bronze>silver orders", "silver>bronze month")
}

func raisedListed(h *house) {
	var want []string
	for i := range 200 {
		member := fmt.Sprintf("M%03d", i)
		if h.Bucket(member) != 2 {
			continue
		}
		if i%3 == 0 {
			h.write(h.orders(member, 4, levelNoon)...)
			h.write(h.buy(member, "later"+member, "gold-month", levelNoon+day))
			continue
		}
		h.write(h.orders(member, 5, levelNoon)...)
		want = append(want, member)
	}
	var got []string
	for after := ""; ; {
		page, err := h.Levels.Raised(h.t.Context(), 2, after, 5)
		if err != nil || len(page) > 5 {
			h.t.Fatalf("a page of %d, %v", len(page), err)
		}
		if len(page) == 0 {
			break
		}
		got, after = append(got, page...), page[len(page)-1]
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("raised are %v, want %v", got, want)
	}
}

func dueMovedOn(h *house) {
	h.write(h.orders(m1, 5, levelNoon-31*day)...)
	end := h.rules.End(november)
	h.dueAt(m1, end, true)
	h.write(h.orders(m1, 5, levelNoon)...)
	h.dueAt(m1, end, false)
	h.dueAt(m1, h.rules.End(december), true)
	h.write(h.void(m1, h.order, levelNoon))
	h.dueAt(m1, end, true)
}
