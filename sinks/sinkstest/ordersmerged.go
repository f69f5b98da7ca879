package sinkstest

import (
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"sluice/pipelines"
	"sluice/schemas"
)

// someEvents are events of an order, with few values, so that they meet.
func someEvents(t *rapid.T, id int64) []schemas.OrderEvent {
	text := func(name string) []byte { return []byte(rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, name)) }
	events := make([]schemas.OrderEvent, rapid.IntRange(1, 6).Draw(t, "events"))
	for i := range events {
		events[i] = schemas.OrderEvent{
			OrderID: id, MemberID: []byte("M1"), Type: schemas.OrderType(rapid.IntRange(1, 4).Draw(t, "type")), At: noon + rapid.Int64Range(0, 2).Draw(t, "at"),
			DriverID: text("driver"), City: text("city"), Text: text("text"), HasAmount: rapid.Bool().Draw(t, "has amount"), Amount: rapid.Int64Range(0, 2).Draw(t, "amount"),
		}
	}
	return events
}

// anyOrderOfEvents writes the events of some orders in any order, with duplicates, cut into any batches.
func anyOrderOfEvents(t *testing.T, s Shop) {
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		var arrivals []schemas.OrderEvent
		want := map[int64]schemas.Order{}
		for range rapid.IntRange(1, 3).Draw(t, "orders") {
			n++
			events := someEvents(t, orderID(1+n%12, n))
			want[events[0].OrderID] = folded(events)
			arrivals = append(arrivals, events...)
		}
		arrivals = append(arrivals, arrivals[:rapid.IntRange(0, len(arrivals)).Draw(t, "duplicates")]...)
		arrivals = rapid.Permutation(arrivals).Draw(t, "order")
		for len(arrivals) > 0 {
			cut := rapid.IntRange(1, len(arrivals)).Draw(t, "batch")
			s.tell(t, arrivals[:cut]...)
			arrivals = arrivals[cut:]
		}
		for id, order := range want {
			sameOrder(t, idText(id), s.order(t, id), order)
		}
	})
}

func nothingNew(t *testing.T, s Shop) {
	id := orderID(9, 1)
	created, completed := event(id, schemas.OrderCreated, 0), event(id, schemas.OrderCompleted, 9)
	created.Text, created.City = []byte("two sofas"), []byte("shanghai")
	sameVerdicts(t, "the first", s.tell(t, completed), pipelines.Stored)
	sameVerdicts(t, "again", s.tell(t, completed), pipelines.Duplicate)
	sameVerdicts(t, "what came before", s.tell(t, created), pipelines.Stored)
	sameVerdicts(t, "both again", s.tell(t, created, completed), pipelines.Duplicate, pipelines.Duplicate)
	sameOrder(t, "both", s.order(t, id), folded([]schemas.OrderEvent{created, completed}))
}

func oneBatch(t *testing.T, s Shop) {
	a, b := orderID(9, 1), orderID(10, 2)
	events := []schemas.OrderEvent{
		event(a, schemas.OrderCompleted, 5), event(b, schemas.OrderCreated, 0), event(a, schemas.OrderCreated, 0), event(a, schemas.OrderCompleted, 5), event(b, schemas.OrderCancelled, 3),
	}
	sameVerdicts(t, "one batch", s.tell(t, events...), pipelines.Stored, pipelines.Stored, pipelines.Stored, pipelines.Duplicate, pipelines.Stored)
	sameOrder(t, "the first order", s.order(t, a), folded([]schemas.OrderEvent{events[0], events[2]}))
	sameOrder(t, "the second", s.order(t, b), folded([]schemas.OrderEvent{events[1], events[4]}))
}

// writersAtOnce has several write about the same orders, each something that nobody else says.
func writersAtOnce(t *testing.T, s Shop) {
	const orders = 20
	said := [][]schemas.OrderEvent{}
	for _, kind := range []schemas.OrderType{schemas.OrderCreated, schemas.OrderCompleted, schemas.OrderCancelled, schemas.OrderRefunded} {
		var events []schemas.OrderEvent
		for n := range orders {
			e := event(orderID(9, n), kind, int64(kind))
			switch kind {
			case schemas.OrderCreated:
				e.Text = []byte("two sofas")
			case schemas.OrderCompleted:
				e.DriverID = []byte("D1")
			case schemas.OrderCancelled:
				e.City = []byte("shanghai")
			case schemas.OrderRefunded, schemas.OrderUnset:
			}
			events = append(events, e)
		}
		said = append(said, events)
	}
	var all sync.WaitGroup
	for _, events := range said {
		all.Go(func() {
			for i := range events {
				s.tell(t, events[i], events[(i+7)%orders])
			}
		})
	}
	all.Wait()
	for n := range orders {
		sameOrder(t, "an order of four writers", s.order(t, orderID(9, n)), folded([]schemas.OrderEvent{said[0][n], said[1][n], said[2][n], said[3][n]}))
	}
}

func noOrder(t *testing.T, s Shop) {
	first, last := event(orderID(9, 1), schemas.OrderCreated, 0), event(orderID(9, 3), schemas.OrderCreated, 0)
	for i, body := range []string{`no JSON`, `"text"`, `{}`, `{"orderId":"seven","memberId":"M1"}`, `{"orderId":7}`} {
		first.At, last.At = noon+int64(i), noon+int64(i)
		bad := event(orderID(9, 2), schemas.OrderCreated, 0)
		writes := []pipelines.Write{orderWrite(&first), orderWrite(&bad), orderWrite(&last)}
		writes[1].Body = []byte(body)
		results := make([]pipelines.Result, len(writes))
		if err := s.Sink.Write(t.Context(), writes, results); err != nil {
			t.Fatalf("writing: %v", err)
		}
		wants(t, results, pipelines.Stored, pipelines.Poison, pipelines.Stored)
		first.DriverID = append(first.DriverID, 'x') // so that the next is new
		last.DriverID = first.DriverID
	}
	if _, err := s.Orders.Order(t.Context(), orderID(9, 2)); !errors.Is(err, schemas.ErrNotFound) {
		t.Errorf("what is no order was kept: %v", err)
	}
}

func oneOrderFound(t *testing.T, s Shop) {
	for _, id := range []int64{orderID(9, 1), 0, -1, 1, 1<<63 - 1} {
		if _, err := s.Orders.Order(t.Context(), id); !errors.Is(err, schemas.ErrNotFound) {
			t.Errorf("order %d before there is any: %v", id, err)
		}
	}
	amount := event(1<<63-1, schemas.OrderCompleted, 0)
	amount.Amount, amount.HasAmount, amount.Text = 0, true, []byte("a \"quoted\"\nline \u2028<&> 上海")
	for _, e := range []schemas.OrderEvent{event(1, schemas.OrderCreated, 0), amount, event(orderID(9, 1), schemas.OrderRefunded, 1)} {
		s.tell(t, e)
		sameOrder(t, "at once", s.order(t, e.OrderID), folded([]schemas.OrderEvent{e}))
	}
	if _, err := s.Orders.Order(t.Context(), orderID(9, 2)); !errors.Is(err, schemas.ErrNotFound) {
		t.Errorf("an order that nobody made: %v", err)
	}
}

func ordersReopened(t *testing.T, s Shop) {
	skipUnless(t, s.Reopen != nil)
	id := orderID(9, 1)
	created, completed := event(id, schemas.OrderCreated, 0), event(id, schemas.OrderCompleted, 9)
	created.Text = []byte("two sofas")
	s.tell(t, created)
	for range 2 {
		s = s.Reopen(t)
		sameVerdicts(t, "again", s.tell(t, created), pipelines.Duplicate)
	}
	sameVerdicts(t, "what comes then", s.tell(t, completed), pipelines.Stored)
	s.Refresh(t)
	same(t, "a search", s.search(t, schemas.OrdersQuery{Words: []string{"sofas"}, Type: "completed", Limit: 5}), []string{idText(id)})
}
