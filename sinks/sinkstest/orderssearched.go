package sinkstest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"sluice/schemas"
)

// search turns all pages of a question and returns the ids.
func (s *Shop) search(t *testing.T, q schemas.OrdersQuery) []string {
	t.Helper()
	ids := []string{}
	for {
		page, err := s.Orders.Orders(t.Context(), q)
		if err != nil {
			t.Fatalf("searching %+v: %v", q, err)
		}
		for i := range page.Orders {
			ids = append(ids, idText(page.Orders[i].OrderID))
		}
		if len(page.Orders) > q.Limit || (page.Next != "" && len(page.Orders) < q.Limit) {
			t.Fatalf("a page of %d orders with a limit of %d", len(page.Orders), q.Limit)
		}
		if page.Next == "" {
			return ids
		}
		q.Cursor = page.Next
	}
}

// manyOrders are orders of a year in all conditions, as they are in the end, with the greatest id first.
func (s *Shop) manyOrders(t *testing.T, n int) []schemas.Order {
	t.Helper()
	chance := rand.New(rand.NewPCG(5, 6))
	one := func(of ...string) []byte { return []byte(of[chance.IntN(len(of))]) }
	var events []schemas.OrderEvent
	orders := make([]schemas.Order, n)
	for i := range orders {
		e := event(orderID(1+chance.IntN(12), i), schemas.OrderCreated, chance.Int64N(50)*1000)
		e.MemberID, e.City = one("M1", "M2", "M3", "m1"), one("", "shanghai", "上海", "beijing")
		e.Text = one("", "two sofas", "Two chairs", "三楼的沙发")
		mine := []schemas.OrderEvent{e}
		for _, kind := range []schemas.OrderType{schemas.OrderCompleted, schemas.OrderCancelled, schemas.OrderRefunded} {
			if chance.IntN(3) == 0 {
				later := event(e.OrderID, kind, 60_000)
				later.MemberID, later.DriverID = e.MemberID, one("", "D1", "D2")
				mine = append(mine, later)
			}
		}
		orders[i] = folded(mine)
		events = append(events, mine...)
	}
	chance.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	s.tell(t, events...)
	s.Refresh(t)
	slices.SortFunc(orders, func(a, b schemas.Order) int {
		if a.OrderID > b.OrderID {
			return -1
		}
		return 1
	})
	return orders
}

func searchesBruteForce(t *testing.T, s Shop) {
	same(t, "before any order", s.search(t, schemas.OrdersQuery{Limit: 10}), []string{})
	orders := s.manyOrders(t, 300)
	chance := rand.New(rand.NewPCG(7, 8))
	one := func(of ...string) string { return of[chance.IntN(len(of))] }
	for range 120 {
		q := schemas.OrdersQuery{
			MemberID: one("", "", "M1", "M2", "nobody"), DriverID: one("", "", "D1"), City: one("", "", "shanghai", "上海"),
			Type: one("", "", "created", "completed", "cancelled", "refunded"), Limit: 1 + chance.IntN(320),
		}
		if word := one("", "", "sofas", "TWO", "沙发"); word != "" {
			q.Words = []string{word}
		}
		if chance.IntN(3) == 0 {
			q.From = noon + chance.Int64N(50)*1000
		}
		if chance.IntN(3) == 0 {
			q.To = noon + chance.Int64N(50)*1000
		}
		same(t, fmt.Sprintf("%+v", q), s.search(t, q), matchingOrders(orders, q))
	}
}

// matchingOrders are the ids of those that a question is about.
func matchingOrders(orders []schemas.Order, q schemas.OrdersQuery) []string {
	texts := map[string][]string{"sofas": {"two sofas"}, "TWO": {"two sofas", "Two chairs"}, "沙发": {"三楼的沙发"}}
	is := func(want, got string) bool { return want == "" || want == got }
	ids := []string{}
	for i := range orders {
		o := &orders[i]
		worded := true
		for _, w := range q.Words {
			worded = worded && slices.Contains(texts[w], o.Text)
		}
		if worded && is(q.MemberID, o.MemberID) && is(q.DriverID, o.DriverID) && is(q.City, o.City) && is(q.Type, o.Type) &&
			(q.From == 0 || o.TS >= q.From) && (q.To == 0 || o.TS < q.To) {
			ids = append(ids, idText(o.OrderID))
		}
	}
	return ids
}

func pagesStay(t *testing.T, s Shop) {
	orders := s.manyOrders(t, 40)
	want := matchingOrders(orders, schemas.OrdersQuery{})
	q := schemas.OrdersQuery{Limit: 7}
	var got []string
	for {
		page, err := s.Orders.Orders(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for i := range page.Orders {
			got = append(got, idText(page.Orders[i].OrderID))
			changed := event(page.Orders[i].OrderID, schemas.OrderCreated, -5000) // earlier than anybody said
			changed.DriverID = []byte("D9")
			s.tell(t, changed)
		}
		s.Refresh(t)
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	same(t, "all pages", got, want)
}

func badOrderCursors(t *testing.T, s Shop) {
	s.manyOrders(t, 9)
	page, err := s.Orders.Orders(t.Context(), schemas.OrdersQuery{Limit: 2})
	if err != nil || page.Next == "" {
		t.Fatalf("no second page: %v", err)
	}
	flipped := []byte(page.Next)
	flipped[len(flipped)/2] ^= 1
	for _, cursor := range []string{"x", "%%%", page.Next + "A", page.Next[1:], string(flipped), "null", schemas.TrackStep{1, 2, 3}.Cursor()} {
		if _, err := s.Orders.Orders(t.Context(), schemas.OrdersQuery{Limit: 2, Cursor: cursor}); !errors.Is(err, schemas.ErrBadCursor) {
			t.Errorf("cursor %q: %v, want a bad cursor", cursor, err)
		}
	}
}
