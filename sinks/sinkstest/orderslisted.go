package sinkstest

import (
	"fmt"
	"slices"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

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
