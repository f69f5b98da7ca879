package sinkstest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"sluice/pipelines"
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

func wordsFound(t *testing.T, s Shop) {
	texts := []string{"Two sofas, third-floor", "third sofa; 2nd floor", "三楼的沙发和椅子", "发沙三楼", "ÉCOLE 12 iPhone15", "<b>\"quote\" AND NEAR(x)</b>"}
	var events []schemas.OrderEvent
	for n, text := range texts {
		e := event(orderID(9, n), schemas.OrderCreated, 0)
		e.Text = []byte(text)
		events = append(events, e)
	}
	s.tell(t, events...)
	s.Refresh(t)
	for question, want := range map[string][]int{
		"sofas": {0}, "SOFA": {1}, "third": {1, 0}, "third-floor": {0}, "floor third": {1, 0}, "third - floor": {1, 0}, "sof": {}, "two 2nd": {},
		"沙发": {2}, "三楼": {3, 2}, "三楼 沙发": {2}, "沙": {3, 2}, "发沙": {3}, "école": {4}, "iphone15": {4}, "iphone": {}, "12": {4},
		"near": {5}, `"quote"`: {5}, "quote and": {5}, "sofas OR chairs": {}, "sofas*": {0}, "NEAR(x)": {5},
	} {
		words, ok := schemas.QueryWords(question)
		if !ok {
			t.Fatalf("%q has no words", question)
		}
		ids := []string{}
		for _, n := range want {
			ids = append(ids, idText(orderID(9, n)))
		}
		same(t, question, s.search(t, schemas.OrdersQuery{Words: words, Limit: 2}), ids)
		same(t, question+" of a member", s.search(t, schemas.OrdersQuery{Words: words, MemberID: "M1", Limit: 2}), ids)
	}
	moved := event(orderID(9, 0), schemas.OrderCompleted, 5)
	moved.Text = []byte("two tables")
	s.tell(t, moved)
	s.Refresh(t)
	same(t, "a text that was replaced", s.search(t, schemas.OrdersQuery{Words: []string{"sofas"}, Limit: 2}), []string{})
	same(t, "the text instead of it", s.search(t, schemas.OrdersQuery{Words: []string{"tables"}, Limit: 2}), []string{idText(orderID(9, 0))})
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

func ordersListed(t *testing.T, s Shop) {
	orders := s.manyOrders(t, 60)
	for _, prefix := range []string{"", "M", "M1", "m", "x"} {
		want := []string{}
		for i := range orders {
			if o := &orders[i]; len(o.MemberID) >= len(prefix) && o.MemberID[:len(prefix)] == prefix {
				want = append(want, schemas.OrderIndex(o.OrderID)+" "+string(schemas.AppendOrder(nil, o)))
			}
		}
		got := []string{}
		err := s.Documents.Documents(t.Context(), schemas.DocumentsQuery{Family: schemas.OrdersAlias, MemberPrefix: prefix}, func(d schemas.Document) error {
			o, err := schemas.ParseOrder(d.Body)
			if err != nil || d.ID != idText(o.OrderID) {
				return fmt.Errorf("a document %s that is no order: %w", d.ID, err)
			}
			got = append(got, d.Target+" "+string(d.Body))
			return nil
		})
		if err != nil {
			t.Fatalf("listing: %v", err)
		}
		slices.Sort(got)
		slices.Sort(want)
		same(t, "members of "+prefix, got, want)
	}
}

func ordersSeen(t *testing.T, s Shop) {
	created, completed := event(orderID(9, 1), schemas.OrderCreated, 0), event(orderID(9, 1), schemas.OrderCompleted, 9)
	s.tell(t, created)
	s.Refresh(t)
	for name, c := range map[string]struct {
		write pipelines.Write
		want  bool
	}{"what was written": {orderWrite(&created), true}, "what was not": {orderWrite(&completed), false}} {
		if got, err := s.Sees(t.Context(), c.write); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	s.tell(t, completed)
	s.Refresh(t)
	for _, e := range []schemas.OrderEvent{created, completed} {
		if got, err := s.Sees(t.Context(), orderWrite(&e)); err != nil || !got {
			t.Errorf("both are written: %v, %v", got, err)
		}
	}
}
