package sinkstest

import (
	"slices"

	"sluice/schemas"
)

// levelChanges are the checks of what is announced.
func levelChanges() map[string]func(*house) {
	return map[string]func(*house){
		"a level is announced where it changes":               levelAnnounced,
		"a refund takes the level back":                       levelTakenBack,
		"what changes nothing announces nothing":              nothingAnnounced,
		"a membership raises at once":                         membershipRaises,
		"what has ended is left to the turn":                  endedLeft,
		"other rules are announced before what comes":         ruledFirst,
		"the history keeps the last hundred":                  historyKept,
		"a repair is announced as one":                        repairAnnounced,
		"the outbox is in order, and trimmed by id":           outboxTrimmed,
		"a change is not announced to those it does not move": unmoved,
	}
}

func levelAnnounced(h *house) {
	for _, w := range h.orders(m1, 20, levelNoon) {
		h.write(w)
	}
	h.announced(m1, "bronze>silver orders", "silver>gold orders")
	h.write(h.orders(m1, 40, levelNoon)...)
	h.announced(m1, "bronze>silver orders", "silver>gold orders", "gold>platinum orders")
	want := schemas.LevelChanged{
		MemberID: m1, From: "silver", To: "gold", Cause: "orders", Period: "2026-11", Orders: 20, OrderID: "20",
		Epoch: h.epoch, Version: 2, At: levelNoon, ValidUntil: h.rules.End(december), Ruleset: h.rules.Version,
	}
	if got := h.changes(m1)[1]; got != want {
		h.t.Errorf("the change is %+v, want %+v", got, want)
	}
	state := h.state(m1)
	if state.Announced != "platinum" || state.Version != 3 || state.Epoch != h.epoch || !slices.Equal(state.History, h.changes(m1)) {
		h.t.Errorf("the state is %+v", state)
	}
}

func levelTakenBack(h *house) {
	writes := h.orders(m1, 5, levelNoon)
	h.write(writes...)
	h.write(h.void(m1, h.order, levelNoon+1000))
	h.announced(m1, "bronze>silver orders", "silver>bronze orders")
	if got := h.changes(m1)[1]; got.ValidUntil != 0 || got.Orders != 4 || got.Period != "2026-11" || got.OrderID != "5" {
		h.t.Errorf("the change is %+v", got)
	}
}

func nothingAnnounced(h *house) {
	writes := h.orders(m1, 6, levelNoon)
	h.write(writes...)
	for range 3 {
		h.write(writes...)
	}
	h.write(h.void(m2, 1, levelNoon))
	h.announced(m1, "bronze>silver orders")
	h.announced(m2)
}

func membershipRaises(h *house) {
	h.write(h.buy(m1, "P1", "gold-month", levelNoon))
	h.announced(m1, "bronze>gold membership")
	if got := h.changes(m1)[0]; got.ValidUntil != levelNoon+31*day || got.OrderID != "" || got.Period != "2026-11" || got.Orders != 0 {
		h.t.Errorf("the change is %+v", got)
	}
	h.write(h.orders(m1, 20, levelNoon)...)
	h.write(h.buy(m1, "P2", "platinum-month", levelNoon-40*day)) // it has ended
	h.announced(m1, "bronze>gold membership")
}

func endedLeft(h *house) {
	h.write(h.buy(m1, "P1", "gold-month", levelNoon))
	h.write(h.orders(m2, 5, levelNoon)...)
	h.clock.set(levelNoon + 31*day) // in December
	h.says(h.write(h.buy(m1, "P1", "gold-month", levelNoon)), "duplicate bought")
	h.write(h.complete(m1, 1000, levelNoon))
	h.announced(m1, "bronze>gold membership")
	h.turn(levelNoon + 31*day)
	h.announced(m1, "bronze>gold membership", "gold>bronze membership")
	january := h.rules.Start(december.Add(1))
	h.clock.set(january)
	h.write(h.orders(m2, 20, january)...) // silver is what it was announced as
	h.announced(m2, "bronze>silver orders", "silver>gold orders")
	if n := h.turn(january); n != 0 {
		h.t.Errorf("%d announced, and nobody fell", n)
	}
}

func ruledFirst(h *house) {
	h.write(h.orders(m1, 14, levelNoon)...)
	h.under("softer", func() { h.rules.Levels[2].Orders = 14 })
	h.write(h.orders(m1, 46, levelNoon)...)
	h.announced(m1, "bronze>silver orders", "silver>gold rules", "gold>platinum orders")
}

func historyKept(h *house) {
	h.write(h.orders(m1, 4, levelNoon)...)
	const rounds = 60
	for i := range int64(rounds) {
		h.write(h.complete(m1, 1000+i, levelNoon), h.void(m1, 1000+i, levelNoon))
	}
	changes, kept := h.changes(m1), h.state(m1).History
	if len(changes) != 2*rounds || len(kept) != schemas.MaxHistory || !slices.Equal(kept, changes[len(changes)-len(kept):]) {
		h.t.Errorf("%d changes, %d kept from %d on", len(changes), len(kept), kept[0].Version)
	}
}

func repairAnnounced(h *house) {
	writes := h.orders(m1, 5, levelNoon)
	for i := range writes {
		writes[i].From, writes[i].Offset = nil, 0
	}
	h.write(writes...)
	h.announced(m1, "bronze>silver repair")
}

func outboxTrimmed(h *house) {
	h.write(h.orders(m1, 20, levelNoon)...)
	bucket := h.Bucket(m1)
	waiting, err := h.Levels.Waiting(h.t.Context())
	if err != nil || !slices.Contains(waiting, bucket) {
		h.t.Fatalf("waiting are %v, %v", waiting, err)
	}
	first, err := h.Levels.Outbox(h.t.Context(), bucket, 1)
	if err != nil || len(first) != 1 || first[0].Topic != schemas.TopicLevels || string(first[0].Key) != m1 {
		h.t.Fatalf("the outbox begins with %+v, %v", first, err)
	}
	for range 2 {
		if err := h.Levels.Trim(h.t.Context(), bucket, []string{first[0].ID}); err != nil {
			h.t.Fatal(err)
		}
	}
	h.announced(m1, "silver>gold orders")
	rest, err := h.Levels.Outbox(h.t.Context(), bucket, 10)
	if err != nil || len(rest) != 1 || rest[0].ID == first[0].ID {
		h.t.Fatalf("the rest is %+v, %v", rest, err)
	}
	if err := h.Levels.Trim(h.t.Context(), bucket, []string{rest[0].ID}); err != nil {
		h.t.Fatal(err)
	}
	if waiting, err := h.Levels.Waiting(h.t.Context()); err != nil || slices.Contains(waiting, bucket) {
		h.t.Fatalf("still waiting are %v, %v", waiting, err)
	}
	h.write(h.orders(m1, 40, levelNoon)...)
	again, err := h.Levels.Outbox(h.t.Context(), bucket, 10)
	if err != nil || len(again) != 1 || again[0].ID == first[0].ID || again[0].ID == rest[0].ID {
		h.t.Fatalf("an id came again: %+v, %v", again, err)
	}
}

func unmoved(h *house) {
	h.write(h.orders(m1, 20, levelNoon)...)
	h.write(h.buy(m1, "P1", "gold-month", levelNoon)) // gold already; it only holds longer or shorter
	h.write(h.orders(m1, 5, levelNoon-31*day)...)
	h.write(h.buy(m1, "P2", "gold-month", levelNoon+day))
	h.dueAt(m1, levelNoon+2*day, false) // no more than it has
	h.announced(m1, "bronze>silver orders", "silver>gold orders")
}
