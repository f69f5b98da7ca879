package levels

import "sluice/internal/simulate/orders"

// membership is a level that was bought.
type membership struct {
	rank        int
	from, until int64 // ms
}

// standing is a member's level at one moment, and what it is announced with.
type standing struct {
	rank   int
	until  int64 // ms, 0 = for good
	period month
	orders int
}

// standingAt tries every reason for a level: the orders of each month that still holds, and each membership.
func standingAt(rules *orders.Rules, cal calendar, counts func(month) int, bought []membership, at int64) standing {
	now := cal.of(at)
	best := standing{period: now, orders: counts(now)}
	for m := now; m >= now-month(rules.KeepMonths); m-- {
		if r := rankOf(rules, counts(m)); r > best.rank {
			best = standing{rank: r, until: cal.start(m + month(rules.KeepMonths) + 1), period: m, orders: counts(m)}
		}
	}
	for _, b := range bought {
		runs := b.from <= at && at < b.until
		switch {
		case runs && b.rank > best.rank:
			best = standing{rank: b.rank, until: b.until, period: now, orders: counts(now)}
		case runs && b.rank == best.rank && b.rank > 0 && b.until > best.until:
			best.until = b.until
		}
	}
	return best
}

func rankOf(rules *orders.Rules, n int) int {
	rank := 0
	for i := range rules.Levels {
		if n >= rules.Levels[i].Orders {
			rank = i
		}
	}
	return rank
}
