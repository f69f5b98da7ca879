package schemas

import (
	"testing"

	"pgregory.net/rapid"
)

const orderNow = 1_790_000_000_123

func TestTheLayoutOfAnOrderID(t *testing.T) {
	ids, err := NewOrderIDs(0xa5, func() int64 { return orderNow })
	if err != nil {
		t.Fatal(err)
	}
	const since = orderNow - orderEpoch
	for want := range int64(64) {
		if id := ids.Next(0x1c3); id != since<<23|0xa5<<15|0x1c3<<6|want {
			t.Fatalf("%x at %d", id, want)
		}
	}
	if got, want := SplitOrderID(ids.Next(0x1c3)), (OrderIDParts{At: orderNow + 1, Machine: 0xa5, Gene: 0x1c3}); got != want {
		t.Errorf("the 65th of a millisecond is %+v, want %+v", got, want)
	}
	if got := SplitOrderID(ids.Next(0xffff)); got.Gene != 511 || got.Machine != 0xa5 {
		t.Errorf("a gene of too many bits makes %+v", got)
	}
}

func TestAnOrderIDNeedsAClock(t *testing.T) {
	for _, at := range []int64{0, orderEpoch, orderEpoch + 1<<40} {
		if _, err := NewOrderIDs(0, func() int64 { return at }); err == nil {
			t.Errorf("the clock says %d", at)
		}
	}
	if _, err := NewOrderIDs(0, nil); err == nil {
		t.Error("no clock is a clock")
	}
	now := int64(orderNow)
	ids, err := NewOrderIDs(0, func() int64 { return now })
	if err != nil {
		t.Fatal(err)
	}
	first := ids.Next(7)
	for _, now = range []int64{-1, 0, orderEpoch + 1<<40, 1 << 62, orderNow} {
		if id := ids.Next(7); id <= first || SplitOrderID(id).At != orderNow {
			t.Errorf("a clock at %d gives %+v", now, SplitOrderID(id))
		}
	}
}

// Whatever the clock does, ids rise by time and sequence, carry what they should, and are never ahead of
// the highest clock by more than 64 to a millisecond need.
func TestOrderIDsRiseWhateverTheClockDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := int64(orderNow)
		machine := rapid.Uint8().Draw(t, "machine")
		ids, err := NewOrderIDs(machine, func() int64 { return now })
		if err != nil {
			t.Fatal(err)
		}
		last, lastOf := int64(0), map[uint16]int64{}
		for _, step := range rapid.SliceOf(rapid.Int64Range(-3_600_000, 3_600_000)).Draw(t, "steps") {
			now += step
			gene := rapid.Uint16Range(0, 511).Draw(t, "gene")
			for range rapid.IntRange(0, 200).Draw(t, "ids") {
				id := ids.Next(gene)
				parts := SplitOrderID(id)
				if parts.Machine != machine || parts.Gene != gene || id <= 0 {
					t.Fatalf("%d is %+v", id, parts)
				}
				place := parts.At<<6 | int64(parts.Sequence)
				if place <= last || id <= lastOf[gene] {
					t.Fatalf("%+v is not behind what came before", parts)
				}
				if want := max(now<<6, last+1); place != want {
					t.Fatalf("%+v, want place %d", parts, want)
				}
				last, lastOf[gene] = place, id
			}
		}
	})
}

func BenchmarkOrderID(b *testing.B) {
	ids, err := NewOrderIDs(0, func() int64 { return orderNow })
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		ids.Next(7)
	}
}
