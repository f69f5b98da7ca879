package crowd

import (
	"testing"
	"time"

	"sluice/schemas"
)

// TestMembersAddUp counts the events themselves, in another way than Members does.
func TestMembersAddUp(t *testing.T) {
	t.Parallel()
	const seats, partitions, events = 103, 4, 103*60 + 17
	now := time.Now().UnixMilli()
	c, err := New(seats, partitions, now)
	if err != nil {
		t.Fatal(err)
	}
	counts, owners, refunds := map[string]int{}, map[int64]string{}, 0
	for n := range int64(events) {
		var e schemas.OrderEvent
		if err := schemas.DecodeOrder(&e, c.Order(nil, n, now+n)); err != nil {
			t.Fatal(err)
		}
		member := string(e.MemberID)
		if key := string(c.Key(nil, n)); key != member || e.At != now+n {
			t.Fatalf("event %d is of %s, its key is %s", n, member, key)
		}
		if e.Type == schemas.OrderRefunded {
			if owners[e.OrderID] != member {
				t.Fatalf("%s has an order of %q refunded", member, owners[e.OrderID])
			}
			refunds++
			counts[member]--
			continue
		}
		if owners[e.OrderID] != "" {
			t.Fatalf("order %d comes twice", e.OrderID)
		}
		if parts := schemas.SplitOrderID(e.OrderID); parts.At < e.At || parts.At > e.At+seats {
			t.Fatalf("an order of %d says %d", e.At, parts.At)
		}
		owners[e.OrderID] = member
		counts[member]++
	}
	if refunds < events/100 || refunds > events/33 {
		t.Errorf("%d of %d are refunds", refunds, events)
	}
	members := c.Members(events, 1000)
	if len(members) != seats {
		t.Fatalf("%d members", len(members))
	}
	for _, m := range members {
		if counts[m.ID] != m.Orders {
			t.Errorf("%s has %d orders, not %d", m.ID, counts[m.ID], m.Orders)
		}
	}
}

func TestEachPartitionHasItsEvents(t *testing.T) {
	t.Parallel()
	const seats, partitions, events = 103, 4, 1000
	c, err := New(seats, partitions, time.Now().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	found := map[int64]bool{}
	for p := range partitions {
		last := int64(-1)
		for k := int64(0); ; k++ {
			n := c.Of(p, k)
			if n <= last || c.Partition(n) != p || found[n] {
				t.Fatalf("event %d of partition %d is %d, after %d", k, p, n, last)
			}
			if last = n; n >= events {
				break
			}
			found[n] = true
		}
	}
	if len(found) != events {
		t.Errorf("%d of %d events are in a partition", len(found), events)
	}
}

// Levels must rise as often at one time as at another.
func TestSeatsDoNotRiseTogether(t *testing.T) {
	t.Parallel()
	c, err := New(Life*40, 8, time.Now().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 * Life {
		fifth := 0
		for seat := range Life * 40 {
			if c.at(int64(round*Life*40+seat)).step == 4 {
				fifth++
			}
		}
		if fifth != 40 {
			t.Errorf("in round %d it is the fifth event of %d seats", round, fifth)
		}
	}
}

func TestImpossibleCrowds(t *testing.T) {
	t.Parallel()
	for _, bad := range [][2]int{{0, 1}, {3, 4}, {1000, 0}, {1000, 257}} {
		if _, err := New(bad[0], bad[1], time.Now().UnixMilli()); err == nil {
			t.Errorf("%v", bad)
		}
	}
}
