package sinkstest

import (
	"fmt"

	"sluice/pipelines"
	"sluice/schemas"
)

// levelRulings are the checks of a change of the rules.
func levelRulings() map[string]func(*house) {
	return map[string]func(*house){
		"other rules are announced to whom they move":   ruled,
		"what was bought has the rank that is sold now": ruledMemberships,
		"a ruling goes on where it was broken off":      ruledInSteps,
		"a ruling is fenced off by a later one":         ruledByLater,
	}
}

// under has other rules in force: the store is closed and opened by them.
func (h *house) under(version string, change func()) {
	h.t.Helper()
	h.rules.Version = version
	change()
	h.reopen()
	h.begin()
}

// rule brings a bucket under the rules, in steps of that many members.
func (h *house) rule(bucket int, fence int64, step int) (total schemas.Ruling) {
	h.t.Helper()
	for after := ""; ; {
		said, err := h.Levels.Rule(h.t.Context(), bucket, after, fence, step)
		if err != nil {
			h.t.Fatalf("ruling: %v", err)
		}
		total.Seen, total.Announced = total.Seen+said.Seen, total.Announced+said.Announced
		if after = said.Next; after == "" {
			return total
		}
	}
}

func ruled(h *house) {
	h.write(h.orders(m1, 15, levelNoon)...)
	h.write(h.orders(m2, 30, levelNoon)...)
	h.under("softer", func() { h.rules.Levels[2].Orders = 15 })
	for range 2 {
		for bucket := range h.Levels.Buckets() {
			h.rule(bucket, 7, 10)
		}
	}
	h.announced(m1, "bronze>silver orders", "silver>gold rules")
	h.announced(m2, "bronze>silver orders", "silver>gold orders")
	if got := h.changes(m1)[1]; got.Ruleset != "softer" || got.Orders != 15 || got.OrderID != "" {
		h.t.Errorf("the change is %+v", got)
	}
	if got := h.heldOf(m2); got.Pending || !got.Told {
		h.t.Errorf("who is not moved is %+v", got)
	}
	h.dueAt(m1, h.rules.End(december), true)
}

func ruledMemberships(h *house) {
	h.write(h.buy(m1, "P1", "gold-month", levelNoon), h.buy(m1, "P2", "gold-month", levelNoon-40*day), h.buy(m2, "P3", "platinum-month", levelNoon))
	h.under("dearer", func() { h.rules.Products[0].Level = "silver" })
	h.rule(h.Bucket(m1), 7, 10)
	if h.Bucket(m2) != h.Bucket(m1) {
		h.rule(h.Bucket(m2), 7, 10)
	}
	h.announced(m1, "bronze>gold membership", "gold>silver rules")
	h.announced(m2, "bronze>platinum membership")
	for _, m := range h.state(m1).Memberships {
		if m.PurchaseID == "P1" && m.Rank != 1 {
			h.t.Errorf("the membership is %+v", m)
		}
	}
	h.clock.set(levelNoon + 31*day)
	h.turn(levelNoon + 31*day)
	h.announced(m1, "bronze>gold membership", "gold>silver rules", "silver>bronze membership")
}

func ruledInSteps(h *house) {
	const members = 800
	var writes []pipelines.Write
	for i := range members {
		writes = append(writes, h.orders(fmt.Sprint("M", i), 5, levelNoon)...)
	}
	h.write(writes...)
	h.under("harder", func() { h.rules.Levels[1].Orders = 6 })
	said, err := h.Levels.Rule(h.t.Context(), 0, "", 7, 10)
	if err != nil || said.Announced == 0 || said.Announced != said.Seen {
		h.t.Fatalf("a step is %+v, %v", said, err)
	}
	total := said.Announced
	for bucket := range h.Levels.Buckets() { // whoever goes on begins anew
		total += h.rule(bucket, 8, 100).Announced
	}
	if total != members {
		h.t.Errorf("%d were announced, want %d", total, members)
	}
	for bucket := range h.Levels.Buckets() {
		if again := h.rule(bucket, 9, 10); again.Announced+again.Seen != 0 {
			h.t.Errorf("a bucket that is done: %+v", again)
		}
	}
}

func ruledByLater(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.rule(h.Bucket(m1), 7, 10)
	_, err := h.Levels.Rule(h.t.Context(), h.Bucket(m1), "", 6, 10)
	h.fails("an earlier ruling", err, schemas.ErrFenced)
	h.turn(levelNoon) // the jobs' fence is another
	if h.Lose == nil {
		return
	}
	h.lose()
	_, err = h.Levels.Rule(h.t.Context(), h.Bucket(m1), "", 8, 10)
	h.fails("a bucket that was lost", err, schemas.ErrRecovering)
}
