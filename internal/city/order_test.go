package city

import (
	"bytes"
	"testing"
	"time"

	"sluice/schemas"
)

// toldOrders are a city's order events by id, in the order in which they were told, and its purchases.
func toldOrders(t *testing.T, cfg Config, from, to time.Time) (map[int64][]schemas.OrderEvent, []schemas.Purchase) {
	t.Helper()
	cfg.QueueBatches, cfg.BatchRecords = 10_000, 10_000
	c := newCity(t, cfg, &ear{})
	turn := newTurn(&c.cfg, from.UnixMilli())
	told, bought := map[int64][]schemas.OrderEvent{}, []schemas.Purchase(nil)
	for now := from; !now.After(to); now = now.Add(tickEvery) {
		c.live(turn, now.UnixMilli())
		for len(c.queue) > 0 {
			b := <-c.queue
			for _, line := range b.lines() {
				switch b.Stream {
				case StreamOrders:
					var e schemas.OrderEvent
					if err := schemas.DecodeOrder(&e, bytes.Clone(line)); err != nil || e.At > now.UnixMilli() {
						t.Fatalf("%s at %s: %v", line, now, err)
					}
					told[e.OrderID] = append(told[e.OrderID], e)
				case StreamPurchases:
					var p schemas.Purchase
					if err := schemas.DecodePurchase(&p, bytes.Clone(line)); err != nil || p.At > now.UnixMilli() {
						t.Fatalf("%s at %s: %v", line, now, err)
					}
					bought = append(bought, p)
				}
			}
		}
	}
	return told, bought
}

// An order is created, and then completed or cancelled; one that is refunded was completed. Its id is of its moment and its member.
func TestOrdersTakeTheirWay(t *testing.T) {
	cfg := Config{Drivers: 800, Members: 100, SKUs: []string{"gold-month"}}
	told, bought := toldOrders(t, cfg, at(8, 0), at(9, 30))
	ends, members := map[schemas.OrderType]int{}, map[string]int{}
	for id, events := range told {
		first := &events[0]
		if first.Type != schemas.OrderCreated || schemas.SplitOrderID(id).At != first.At || schemas.SplitOrderID(id).Gene != schemas.Gene(first.MemberID) {
			t.Fatalf("%d begins with %+v", id, first)
		}
		for i := 1; i < len(events); i++ {
			before, e := &events[i-1], &events[i]
			if e.At < before.At || !bytes.Equal(e.MemberID, first.MemberID) || !bytes.Equal(e.DriverID, first.DriverID) || e.CreatedAt != first.At {
				t.Errorf("%+v behind %+v", e, before)
			}
			if e.Type == schemas.OrderRefunded && before.Type != schemas.OrderCompleted {
				t.Errorf("%d is refunded behind %v", id, before.Type)
			}
		}
		ends[events[len(events)-1].Type]++
		members[string(first.MemberID)]++
	}
	if ends[schemas.OrderCompleted] < len(told)*7/10 || ends[schemas.OrderCancelled] == 0 || ends[schemas.OrderRefunded] == 0 || len(bought) == 0 {
		t.Errorf("%d orders end as %v, %d purchases", len(told), ends, len(bought))
	}
	if most := members["M0000001"]; most < 20 || len(members) < 90 {
		t.Errorf("the first of %d members has %d orders", len(members), most)
	}
}

// A city that is woken again tells the orders of the rounds under way once more, and none of them differently.
func TestACityWokenAgainTellsTheSameOrders(t *testing.T) {
	cfg := Config{Drivers: 300, Members: 50}
	whole, _ := toldOrders(t, cfg, at(8, 0), at(9, 0))
	again, _ := toldOrders(t, cfg, at(8, 30), at(9, 0))
	if len(again) == 0 || len(again) >= len(whole) {
		t.Fatalf("%d orders, and %d from the half of the time", len(whole), len(again))
	}
	for id, events := range again {
		before, known := whole[id]
		if !known || len(before) < len(events) {
			t.Fatalf("%d was told as %d events, and again as %d", id, len(before), len(events))
		}
		for i := range events {
			a, b := &before[len(before)-len(events)+i], &events[i]
			if !bytes.Equal(schemas.AppendOrderJSON(nil, a), schemas.AppendOrderJSON(nil, b)) {
				t.Errorf("%+v, again as %+v", a, b)
			}
		}
	}
}

func TestNobodyOrdersWithoutMembers(t *testing.T) {
	if told, bought := toldOrders(t, Config{Drivers: 200, SKUs: []string{"gold-month"}}, at(8, 0), at(8, 20)); len(told)+len(bought) != 0 {
		t.Errorf("%d orders, %d purchases", len(told), len(bought))
	}
}
