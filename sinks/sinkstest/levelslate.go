package sinkstest

// What time did waits for Turn, whatever comes meanwhile: these are the checks of events that come before it.

// fallen is a member who was gold by October, and has so many orders of November, at the turn to December.
func (h *house) fallen(member string, orders int) (turn int64) {
	h.clock.set(levelNoon)
	h.write(h.orders(member, 20, levelNoon-31*day)...)
	h.write(h.orders(member, orders, levelNoon)...)
	turn = h.rules.Start(december)
	h.clock.set(turn)
	return turn
}

func turnMadeUpFor(h *house) {
	turn := h.fallen(m1, 2)
	for range 18 { // one after the other: bronze, silver, gold
		h.dueAt(m1, turn, true)
		h.write(h.orders(m1, 1, turn-1000)...)
	}
	h.dueAt(m1, turn, false)
	h.turn(turn)
	h.announced(m1, "bronze>silver orders", "silver>gold orders")
	h.write(h.void(m1, h.order, turn-1000))
	h.announced(m1, "bronze>silver orders", "silver>gold orders", "gold>silver orders")
	h.fallen(m2, 19)
	h.write(h.buy(m2, "P1", "gold-month", turn))
	h.turn(turn)
	h.announced(m2, "bronze>silver orders", "silver>gold orders")
	h.dueAt(m2, turn+31*day, true)
}

func turnMadeLess(h *house) {
	turn := h.fallen(m1, 0)
	h.write(h.orders(m1, 5, turn-1000)...)
	h.write(h.orders(m1, 1, turn)...)
	h.announced(m1, "bronze>silver orders", "silver>gold orders")
	h.turn(turn)
	h.announced(m1, "bronze>silver orders", "silver>gold orders", "gold>silver month")
	if got := h.changes(m1)[2]; got.OrderID != "" || got.Period != "2026-11" || got.Orders != 5 {
		h.t.Errorf("the fall is %+v", got)
	}
}

func turnOvertaken(h *house) {
	turn := h.fallen(m1, 5)
	h.write(h.buy(m1, "P1", "platinum-month", turn))
	h.announced(m1, "bronze>silver orders", "silver>gold orders", "gold>platinum membership")
	h.fallen(m2, 5)
	h.write(h.void(m2, h.order, turn))
	h.announced(m2, "bronze>silver orders", "silver>gold orders", "gold>bronze orders")
	if n := h.turn(turn); n != 0 {
		h.t.Errorf("%d announced, and all was said", n)
	}
}

func turnOfRise(h *house) {
	turn := h.rules.Start(december)
	h.write(h.orders(m1, 5, levelNoon)...)
	h.write(h.orders(m1, 20, turn+1000)...) // by a clock that is ahead
	h.clock.set(turn)
	h.write(h.orders(m1, 1, levelNoon)...)
	h.announced(m1, "bronze>silver orders")
	h.write(h.void(m1, h.order-1, turn))
	h.turn(turn)
	h.announced(m1, "bronze>silver orders")
	h.write(h.orders(m1, 1, turn)...)
	h.announced(m1, "bronze>silver orders", "silver>gold orders")
}
