package sinkstest

import (
	"fmt"
	"slices"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

// levelCounts are the checks of what an event does to a member.
func levelCounts() map[string]func(*house) {
	return map[string]func(*house){
		"an order counts once":                               countsOnce,
		"a void order never counts, whichever came first":    voidNeverCounts,
		"the earlier of two completions counts":              earlierCompletion,
		"a late order counts in its own month":               lateOrder,
		"what is too old or too far ahead does not count":    outOfMonths,
		"what is no event is poison, alone":                  badEvents,
		"a purchase is bought once":                          boughtOnce,
		"days are those of the business calendar":            businessDays,
		"one batch with all of it":                           allInOneBatch,
		"members with odd names are kept apart":              oddMembers,
		"a member never heard of is a state without a month": unknownMember,
	}
}

const (
	day = int64(24 * 60 * 60 * 1000)
	m1  = "M0000001"
	m2  = "M0000002"
)

func countsOnce(h *house) {
	h.says(h.write(h.complete(m1, 7, levelNoon), h.complete(m1, 7, levelNoon), h.complete(m2, 7, levelNoon)),
		"stored", "duplicate counted", "stored")
	h.says(h.write(h.complete(m1, 7, levelNoon+5000), h.complete(m1, 8, levelNoon)), "duplicate counted", "stored")
	h.counts(m1, november, 2)
	h.counts(m2, november, 1)
}

// counts fails the check unless so many orders of a member count in a month.
func (h *house) counts(member string, month schemas.Month, want int) {
	h.t.Helper()
	state := h.state(member)
	if got := state.Count(month); got != want {
		h.t.Fatalf("%s has %d orders in %v, want %d (%+v)", member, got, month, want, state)
	}
	for _, m := range state.Months {
		sum := 0
		for _, n := range m.Days {
			sum += n
		}
		if sum != m.Orders || len(m.Days) != h.rules.Days(m.Month) {
			h.t.Fatalf("%v has %d orders, its %d days have %d", m.Month, m.Orders, len(m.Days), sum)
		}
	}
}

func voidNeverCounts(h *house) {
	h.says(h.write(h.complete(m1, 1, levelNoon), h.void(m1, 1, levelNoon+1000), h.complete(m1, 1, levelNoon)),
		"stored", "stored", "duplicate void")
	h.says(h.write(h.void(m1, 2, levelNoon), h.complete(m1, 2, levelNoon-day), h.void(m1, 2, levelNoon+9000)),
		"stored", "duplicate void", "duplicate void")
	h.says(h.write(h.complete(m1, 3, levelNoon-31*day), h.void(m1, 3, levelNoon)), "stored", "stored")
	for _, month := range []schemas.Month{october, november} {
		h.counts(m1, month, 0)
	}
	if months := h.state(m1).Months; len(months) != 0 {
		h.t.Errorf("months without orders are there: %+v", months)
	}
}

func earlierCompletion(h *house) {
	h.says(h.write(h.complete(m1, 1, levelNoon), h.complete(m1, 1, levelNoon-31*day), h.complete(m1, 1, levelNoon)),
		"stored", "stored", "duplicate counted")
	h.counts(m1, october, 1)
	h.counts(m1, november, 0)
	h.says(h.write(h.complete(m1, 2, levelNoon), h.complete(m1, 2, levelNoon-day)), "stored", "duplicate counted")
	if days := h.state(m1).Months[1].Days; days[19] != 1 || days[20] != 0 {
		h.t.Errorf("the days are %v, want the earlier one", days)
	}
}

func lateOrder(h *house) {
	h.write(h.orders(m1, 4, levelNoon)...)
	h.write(h.orders(m1, 3, levelNoon-40*day)...)
	h.counts(m1, november, 4)
	h.counts(m1, october, 3)
	h.announced(m1)
	h.write(h.orders(m1, 2, levelNoon-30*day)...)
	h.counts(m1, october, 5)
	h.announced(m1, "bronze>silver orders")
	if got := h.changes(m1)[0]; got.Period != "2026-10" || got.Orders != 5 {
		h.t.Errorf("the change is %+v, want by October", got)
	}
}

func outOfMonths(h *house) {
	start := func(months int) int64 { return h.rules.Start(november.Add(months)) }
	h.says(h.write(
		h.complete(m1, 1, start(-13)-1), h.complete(m1, 2, start(-13)), h.complete(m1, 3, start(2)-1), h.complete(m1, 4, start(2)),
		h.void(m1, 2, start(-13)-1), h.void(m1, 9, start(2)),
	), "stale expired", "stored", "stored", "poison future", "stale expired", "poison future")
	h.says(h.write(h.event(m1, schemas.LevelEvent{Kind: schemas.LevelIgnore, At: levelNoon})), "stale ignored")
	h.counts(m1, november.Add(-13), 1)
	h.counts(m1, december, 1)
	h.says(h.write(h.buy(m1, "old", "gold-month", start(-13)-31*day), h.buy(m1, "just", "gold-month", start(-13)-31*day+1)),
		"stale expired", "stored")
	h.says(h.write(h.buy(m1, "soon", "gold-month", start(2)-1), h.buy(m1, "late", "gold-month", start(2))), "stored", "poison future")
}

func badEvents(h *house) {
	bad := []pipelines.Write{h.complete(m1, 1, levelNoon), h.complete(m1, 2, levelNoon), h.complete(m1, 3, levelNoon)}
	bad[0].Body = bad[0].Body[:len(bad[0].Body)-1]
	bad[1].Body = []byte("no event")
	got := h.write(bad...)
	h.says(got, "poison bad_event", "poison bad_event", "stored")
	h.counts(m1, november, 1)
}

func boughtOnce(h *house) {
	h.says(h.write(h.buy(m1, "P2", "gold-month", levelNoon), h.buy(m1, "P2", "platinum-month", levelNoon+day), h.buy(m2, "P2", "gold-month", levelNoon)),
		"stored", "duplicate bought", "stored")
	h.write(h.buy(m1, "P1", "platinum-month", levelNoon-day))
	got := h.state(m1).Memberships
	want := []schemas.Membership{
		{PurchaseID: "P1", SKU: "platinum-month", Rank: 3, From: levelNoon - day, Until: levelNoon + 30*day},
		{PurchaseID: "P2", SKU: "gold-month", Rank: 2, From: levelNoon, Until: levelNoon + 31*day},
	}
	if !slices.Equal(got, want) {
		h.t.Fatalf("memberships %+v, want %+v", got, want)
	}
}

func businessDays(h *house) {
	first := h.rules.Start(november)
	h.write(h.complete(m1, 1, first), h.complete(m1, 2, first+day-1), h.complete(m1, 3, first+day), h.complete(m1, 4, h.rules.End(november)-1))
	state := h.state(m1)
	if days := state.Months[0].Days; days[0] != 2 || days[1] != 1 || days[29] != 1 {
		h.t.Errorf("the days are %v", days)
	}
}

func allInOneBatch(h *house) {
	const members, each = 300, 7
	var writes []pipelines.Write
	for i := range members {
		for n := range each {
			writes = append(writes, h.complete(fmt.Sprint("M", i), int64(n+1), levelNoon))
		}
		writes = append(writes, h.void(fmt.Sprint("M", i), 1, levelNoon))
	}
	for _, r := range h.write(writes...) {
		if r.Verdict != pipelines.Stored {
			h.t.Fatalf("a result is %+v", r)
		}
	}
	for i := range members {
		member := fmt.Sprint("M", i)
		h.counts(member, november, each-1)
		h.announced(member, "bronze>silver orders")
	}
}

func oddMembers(h *house) {
	names := []string{"a:b", "a", "a:b:202611", "{b0001}", "会员", "a b", "A", "%s", "'; DROP TABLE members; --"}
	for i, name := range names {
		h.write(h.orders(name, i+1, levelNoon)...)
	}
	for i, name := range names {
		h.counts(name, november, i+1)
	}
}

func unknownMember(h *house) {
	state := h.state("nobody")
	if state.MemberID != "nobody" || len(state.Months)+len(state.Memberships)+len(state.History) > 0 || state.Version != 0 || state.Epoch != h.epoch {
		h.t.Errorf("the state is %+v", state)
	}
}

// runLevelChecks runs checks, each with a store of its own whose lane has begun.
func runLevelChecks(t *testing.T, checks map[string]func(*house), house func(t *testing.T) *house) {
	for name, check := range checks {
		t.Run(name, func(t *testing.T) { check(house(t)) })
	}
}
