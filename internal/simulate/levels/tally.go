package levels

import (
	"fmt"

	"sluice/internal/simulate/orders"
)

// tally counts the orders of all that was done, with these loose acts, by day and by month.
func (t *trial) tally(mask uint16) (days, months map[string]int) {
	days, months = map[string]int{}, map[string]int{}
	void := map[int64]bool{}
	done := map[int64]int64{} // when, ms
	for i := range t.orders {
		a := &t.orders[i]
		if a.bit >= 0 && mask>>a.bit&1 == 0 {
			continue
		}
		switch a.slot {
		case orders.Void:
			void[a.order] = true
		case orders.Completed:
			done[a.order] = a.at
		case orders.Created, orders.Bought:
		}
	}
	for order, when := range done {
		if !void[order] {
			days[t.cal.date(when)]++
			months[t.cal.of(when).String()]++
		}
	}
	return days, months
}

// chain says where the changes do not follow each other: all that is asked of a member whose history was repaired.
func (t *trial) chain(epochs [][]Change) string {
	for _, e := range epochs {
		for i := 1; i < len(e); i++ {
			if e[i].From != e[i-1].To {
				return fmt.Sprintf("(%d, %d) comes from %s, and the level was %s", e[i].Epoch, e[i].Version, e[i].From, e[i-1].To)
			}
		}
	}
	return ""
}
