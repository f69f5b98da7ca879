package orders

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/schemas"
)

func everything() Plan {
	return Plan{
		Run: "sim-o-", Seed: 7, Start: 1_795_233_600_000, Rate: 1000, Orders: 5000, Members: 100, Lanes: 3, Batch: 50, Over: 864_000_000, Shuffle: 2000,
		Shares: Shares{Late: 0.05, Voided: 0.1, Purchased: 0.05, Doubled: 0.08},
		Rules: Rules{
			Version: "v1", TimeZone: "Asia/Shanghai", KeepMonths: 1, Levels: []Level{{Name: "bronze"}, {Name: "gold", Orders: 20}},
			Products: []Product{{SKU: "gold-month", Level: "gold", Days: 31}},
		},
	}
}

func TestOrdersAreWhatTheySay(t *testing.T) {
	a, err := New(everything())
	if err != nil {
		t.Fatal(err)
	}
	ids, fates, late := map[int64]bool{}, map[Fate]int{}, 0
	var e schemas.OrderEvent
	var p schemas.Purchase
	for number := range a.Orders {
		o := a.Order(number)
		fates[o.Fate]++
		if ids[o.ID] || schemas.SplitOrderID(o.ID).At != o.Created || schemas.SplitOrderID(o.ID).Gene != schemas.Gene([]byte(a.MemberID(o.Member))) {
			t.Fatalf("order %d has the id %d", number, o.ID)
		}
		ids[o.ID] = true
		if o.Late {
			late++
		}
		if before := o.Completed < 1_793_462_400_000; before != o.Late || o.Completed > a.Start { // 2026-11-01 in Shanghai
			t.Fatalf("order %d: late %v, completed at %d", number, o.Late, o.Completed)
		}
		for s := range Slot(slots) {
			if !o.Has(s) {
				continue
			}
			line := a.Append(nil, Number(number, s))
			if s == Bought {
				if err := schemas.DecodePurchase(&p, line); err != nil || string(p.MemberID) != a.MemberID(o.Member) || p.At != o.Bought || p.Unknown != 0 {
					t.Fatalf("%s: %v", line, err)
				}
				continue
			}
			if err := schemas.DecodeOrder(&e, line); err != nil || e.OrderID != o.ID || string(e.MemberID) != a.MemberID(o.Member) || e.At != o.At(s) || e.CreatedAt != o.Created || e.Unknown != 0 {
				t.Fatalf("%s: %v", line, err)
			}
		}
	}
	for _, share := range []struct{ got, want int }{{late, 250}, {fates[Refunded], 250}, {fates[Cancelled], 125}, {fates[CancelledFirst], 125}} {
		if share.got < share.want*7/10 || share.got > share.want*13/10 {
			t.Errorf("%d, want about %d", share.got, share.want)
		}
	}
	if n, ok := a.MemberNumber(a.MemberID(42)); n != 42 || !ok {
		t.Errorf("member 42 is %d, %v", n, ok)
	}
	for _, id := range []string{"", "sim-o-42", "sim-x-0000042", "sim-o-0000100", "sim-o-000004x"} {
		if _, ok := a.MemberNumber(id); ok {
			t.Errorf("%q is a member", id)
		}
	}
}

// Each event is sent once, and again when it is doubled, in its lane, later, and within what the ledger has room for.
func TestEachEventIsSent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := everything()
		p.Orders = rapid.Int64Range(1, 300).Draw(rt, "orders")
		p.Batch = rapid.Int64Range(2, 40).Draw(rt, "batch")
		p.Lanes = rapid.Int64Range(1, 5).Draw(rt, "lanes")
		p.Shuffle = rapid.Int64Range(0, 500).Draw(rt, "shuffle")
		p.Shares.Purchased = rapid.Float64Range(0, 1).Draw(rt, "purchased")
		p.Shares.Doubled = rapid.Float64Range(0, 1).Draw(rt, "doubled")
		a, err := New(p)
		if err != nil {
			rt.Fatal(err)
		}
		first, again := map[int64]int{}, map[int64]int{}
		for lane := range a.Lanes + 1 {
			walk := a.Lane(lane)
			for tick, more := int64(0), true; more; tick++ {
				var sends []Send
				if sends, more = walk.Next(nil); len(sends) > int(p.Batch) || a.Block(lane, tick) >= a.Blocks() {
					rt.Fatalf("block %d of %d carries %d", a.Block(lane, tick), a.Blocks(), len(sends))
				}
				for _, s := range sends {
					if o := a.Order(OrderOf(s.N)); (SlotOf(s.N) == Bought) != (lane == a.Lanes) || lane < a.Lanes && a.LaneOf(o.Member) != lane || !o.Has(SlotOf(s.N)) {
						rt.Fatalf("record %d travels in lane %d", s.N, lane)
					}
					if s.Again {
						again[s.N]++
					} else if first[s.N]++; again[s.N] > 0 {
						rt.Fatalf("record %d is sent again before it was sent", s.N)
					}
				}
			}
		}
		for number := range a.Orders {
			o := a.Order(number)
			for s := range Slot(slots) {
				n, want, twice := Number(number, s), 0, 0
				if o.Has(s) {
					if want = 1; a.Doubled(n) {
						twice = 1
					}
				}
				if first[n] != want || again[n] != twice {
					rt.Fatalf("record %d is sent %d times and %d again, want %d and %d", n, first[n], again[n], want, twice)
				}
			}
		}
	})
}

func TestPlansThatCannotBe(t *testing.T) {
	for i, c := range []struct {
		want  string
		spoil func(p *Plan)
	}{
		{"run", func(p *Plan) { p.Run = "X" }},
		{"start", func(p *Plan) { p.Start = 1 }},
		{"rate", func(p *Plan) { p.Rate = 0 }},
		{"orders", func(p *Plan) { p.Orders = 0 }},
		{"members", func(p *Plan) { p.Members = 0 }},
		{"lanes", func(p *Plan) { p.Lanes = 0 }},
		{"batch", func(p *Plan) { p.Batch = 1 }},
		{"over", func(p *Plan) { p.Over = 1 }},
		{"shuffle", func(p *Plan) { p.Shuffle = -1 }},
		{"voided", func(p *Plan) { p.Shares.Voided = 2 }},
		{"time zone", func(p *Plan) { p.Rules.TimeZone = "Moon/Sea" }},
		{"levels", func(p *Plan) { p.Rules.Levels = nil }},
		{"product", func(p *Plan) { p.Rules.Products[0].Level = "tin" }},
		{"need a product", func(p *Plan) { p.Rules.Products = nil }},
	} {
		p := everything()
		c.spoil(&p)
		if _, err := New(p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", strconv.Itoa(i), err, c.want)
		}
	}
}
