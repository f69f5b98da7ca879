package embedded

import (
	"bytes"
	"testing"

	"sluice/schemas"
)

// FuzzMemberState reads any bytes as a state: an error, or what is written the same way again.
func FuzzMemberState(f *testing.F) {
	m := member{version: 7, epoch: 3, announced: "gold", tag: 9, bought: []schemas.Membership{{PurchaseID: "P1", SKU: "gold-month", Rank: 2, From: 5, Until: 1 << 41}}}
	m.completed = m.completed.add(202611, 1<<62, 2_600_000).add(202610, 5, 0).add(202611, 3, 1)
	m.voids = m.voids.add(202612, 8, 4)
	f.Add(m.append(nil))
	f.Add((&member{}).append(nil))
	f.Add([]byte{})
	f.Add([]byte{memberForm, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, state []byte) {
		var first, second member
		if first.parse(bytes.Clone(state)) != nil {
			return
		}
		written := first.append(nil)
		if err := second.parse(bytes.Clone(written)); err != nil {
			t.Fatalf("%x is written as %x, which cannot be read", state, written)
		}
		if again := second.append(nil); !bytes.Equal(again, written) {
			t.Fatalf("%x is written as %x, then as %x", state, written, again)
		}
	})
}

// TestLevelsMonthly puts orders in and takes them out again; they are sorted at every step.
func TestLevelsMonthly(t *testing.T) {
	var m monthly
	ids := []int64{5, 1 << 62, 3, 9, 4}
	for i, id := range ids {
		m = m.add(202611, id, int32(i))
	}
	m = m.add(202609, 1, 1).add(202610, 2, 2)
	for i, id := range ids {
		month, at, found := m.find(id)
		if !found || m[month].month != 202611 || m[month].orders.second(at) != int32(i) {
			t.Fatalf("order %d is at %d, %d, %t", id, month, at, found)
		}
	}
	if _, _, found := m.find(6); found {
		t.Error("an order is there that nobody put in")
	}
	for _, id := range ids {
		month, at, _ := m.find(id)
		m = m.remove(month, at)
		if _, _, found := m.find(id); found {
			t.Errorf("order %d is still there", id)
		}
	}
	if len(m) != 2 || m.of(202611) != nil || m.of(202610).count() != 1 {
		t.Errorf("left are %+v", m)
	}
	if m = m.since(202610); len(m) != 1 || m[0].month != 202610 {
		t.Errorf("since October are %+v", m)
	}
}
