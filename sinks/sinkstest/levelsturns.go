package sinkstest

import (
	"slices"

	"sluice/schemas"
)

// levelTurns are the checks of what time alone does.
func levelTurns() map[string]func(*house) {
	return map[string]func(*house){
		"a level falls when its months have passed":            monthFalls,
		"a level falls step by step":                           fallsInSteps,
		"a membership ends":                                    membershipEnds,
		"a membership that begins later is announced then":     membershipBegins,
		"orders of the next month raise when it begins":        monthBegins,
		"a turn in steps goes through all, oldest first":       turnInSteps,
		"a turn that is repeated announces nothing":            turnRepeated,
		"a lower fence changes nothing":                        turnFenced,
		"a fall that late orders make up for is never said":    turnMadeUpFor,
		"a fall that late orders make less is said once":       turnMadeLess,
		"an event that leads beyond a fall says so":            turnOvertaken,
		"a rise that waits for its turn is another's no more":  turnOfRise,
		"those above the base level are listed":                raisedListed,
		"what moved on is not due any more":                    dueMovedOn,
		"a member that has nothing any more keeps its version": versionKept,
	}
}

// turn takes what is due at a moment, all buckets, and says how many were announced.
func (h *house) turn(at int64) (announced int) {
	h.t.Helper()
	h.clock.set(at)
	for bucket := range h.Levels.Buckets() {
		const fence, limit = 10, 1000
		n, more, err := h.Levels.Turn(h.t.Context(), bucket, at, fence, limit)
		if err != nil || more {
			h.t.Fatalf("turning bucket %d: %v, more %t", bucket, err, more)
		}
		announced += n
	}
	return announced
}

// dueAt fails the check unless the member's bucket is named as due at a moment.
func (h *house) dueAt(member string, at int64, want bool) {
	h.t.Helper()
	buckets, _, err := h.Levels.Due(h.t.Context(), at)
	if err != nil || slices.Contains(buckets, h.Bucket(member)) != want {
		h.t.Fatalf("at %d are due %v, %v; bucket %d: want %t", at, buckets, err, h.Bucket(member), want)
	}
}

func monthFalls(h *house) {
	h.write(h.orders(m1, 20, levelNoon)...)
	end := h.rules.End(december)
	h.dueAt(m1, end-1, false)
	h.dueAt(m1, end, true)
	if n := h.turn(end - 1); n != 0 {
		h.t.Errorf("%d announced too early", n)
	}
	if n := h.turn(end); n != 1 {
		h.t.Errorf("%d announced, want one", n)
	}
	h.announced(m1, "bronze>silver orders", "silver>gold orders", "gold>bronze month")
	want := schemas.LevelChanged{
		MemberID: m1, From: "gold", To: "bronze", Cause: "month", Period: "2027-01",
		Epoch: h.epoch, Version: 3, At: end, Ruleset: h.rules.Version,
	}
	if got := h.changes(m1)[2]; got != want {
		h.t.Errorf("the fall is %+v, want %+v", got, want)
	}
}

func fallsInSteps(h *house) {
	h.write(h.orders(m1, 20, levelNoon-31*day)...)
	h.write(h.orders(m1, 5, levelNoon)...)
	h.write(h.buy(m1, "P1", "gold-month", levelNoon))
	h.turn(h.rules.End(november)) // gold by October, then by the membership
	h.announced(m1, "bronze>silver orders", "silver>gold orders")
	h.turn(levelNoon + 31*day)
	h.turn(h.rules.End(december))
	h.announced(m1, "bronze>silver orders", "silver>gold orders", "gold>silver membership", "silver>bronze month")
}

func membershipEnds(h *house) {
	h.write(h.buy(m1, "P1", "platinum-month", levelNoon-20*day))
	h.write(h.orders(m1, 5, levelNoon)...)
	h.turn(levelNoon + 11*day - 1)
	h.turn(levelNoon + 11*day)
	h.announced(m1, "bronze>platinum membership", "platinum>silver membership")
}

func membershipBegins(h *house) {
	h.write(h.buy(m1, "P1", "gold-month", levelNoon+2*day))
	h.announced(m1)
	h.turn(levelNoon + 2*day - 1)
	h.announced(m1)
	h.turn(levelNoon + 2*day)
	h.turn(levelNoon + 33*day)
	h.announced(m1, "bronze>gold membership", "gold>bronze membership")
}

func monthBegins(h *house) {
	h.write(h.orders(m1, 5, h.rules.Start(december)+day)...) // by a clock that is ahead
	h.announced(m1)
	h.turn(h.rules.Start(december))
	h.announced(m1, "bronze>silver month")
	if got := h.changes(m1)[0]; got.Period != "2026-12" || got.Orders != 5 {
		h.t.Errorf("the rise is %+v", got)
	}
}

func versionKept(h *house) {
	h.write(h.orders(m1, 5, levelNoon)...)
	h.turn(h.rules.End(december))
	far := h.rules.Start(november.Add(30))
	h.turn(far)
	h.write(h.orders(m1, 5, far)...)
	h.announced(m1, "bronze>silver orders", "silver>bronze month", "bronze>silver orders")
	if state := h.state(m1); state.Version != 3 || len(state.Months) != 1 {
		h.t.Errorf("the state is %+v", state)
	}
}
