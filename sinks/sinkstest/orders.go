package sinkstest

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

// Orders looks up orders; the query API declares the same.
type Orders interface {
	Order(ctx context.Context, id int64) (schemas.Order, error)
	Orders(ctx context.Context, q schemas.OrdersQuery) (schemas.Orders, error)
}

// OrderFacts lists what orders mean for levels; reconciliation declares the same.
type OrderFacts interface {
	OrderFacts(ctx context.Context, q schemas.OrderFactsQuery, each func(*schemas.OrderFact) error) error
}

// Shop is a place of orders under test, empty when it is handed over: its reads see what its sink has
// written.
type Shop struct {
	Sink      pipelines.Sink
	Orders    Orders
	Documents Documents
	Facts     OrderFacts

	// Sees is the store's own word on whether a search finds a write.
	Sees func(ctx context.Context, w pipelines.Write) (bool, error)
	// Refresh makes searches see everything written.
	Refresh func(t *testing.T)
	// Reopen closes everything and opens the same store again; nil when it cannot be closed.
	Reopen func(t *testing.T) Shop
}

// TestOrders runs the suite of order-index; open hands over an empty shop and clears up with t.Cleanup.
func TestOrders(t *testing.T, open func(t *testing.T) Shop) {
	TestOrdersMerged(t, open)
	for name, check := range map[string]func(*testing.T, Shop){
		"searches equal brute force, whatever the page": searchesBruteForce,
		"words are found whole, in any language":        wordsFound,
		"pages stay in place while orders change":       pagesStay,
		"an order's cursor is no other's":               badOrderCursors,
		"every order is listed, by member":              ordersListed,
		"facts are those of all orders, or of some":     factsListed,
		"a search says what it sees":                    ordersSeen,
		"orders are the same after reopening":           ordersReopened,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

// TestOrdersMerged runs the part of the suite that searches nothing; of the shop's parts it needs Sink, and
// Orders to read an order by its id.
func TestOrdersMerged(t *testing.T, open func(t *testing.T) Shop) {
	for name, check := range map[string]func(*testing.T, Shop){
		"an order ends the same in any order (rapid)": anyOrderOfEvents,
		"what says nothing new is a duplicate":        nothingNew,
		"events of one order in one batch":            oneBatch,
		"writers at once lose nothing":                writersAtOnce,
		"what is no order is poison by itself":        noOrder,
		"an order is found at once, or not at all":    oneOrderFound,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

// orderID is the id of the n-th order of a month of 2026, as ours are made.
func orderID(month, n int) int64 {
	const day, since2018 = 86_400_000, 2922 // days until 2026
	return (int64(since2018+31*(month-1)+5)*day+int64(n))<<23 | 7
}

// event is something that happened to an order, n ms after noon.
func event(id int64, kind schemas.OrderType, n int64) schemas.OrderEvent {
	return schemas.OrderEvent{OrderID: id, MemberID: []byte("M1"), Type: kind, At: noon + n}
}

// idText is an order id as a client sees it.
func idText(id int64) string { return strconv.FormatInt(id, 10) }

// orderWrite is the write that order-index makes of an event.
func orderWrite(e *schemas.OrderEvent) pipelines.Write {
	o := schemas.OrderOf(e)
	return pipelines.Write{
		Target: schemas.OrderIndex(e.OrderID), Key: schemas.AppendOrderKey(nil, e.OrderID), Time: e.At, Body: schemas.AppendOrder(nil, &o),
	}
}

// tell writes events until each has a verdict, as a lane does, and returns these.
func (s *Shop) tell(t testingT, events ...schemas.OrderEvent) []pipelines.Verdict {
	t.Helper()
	writes, verdicts := make([]pipelines.Write, len(events)), make([]pipelines.Verdict, len(events))
	open := make([]int, len(events))
	for i := range events {
		writes[i], open[i] = orderWrite(&events[i]), i
	}
	for round := 0; len(open) > 0; round++ {
		if round == 100 {
			t.Fatalf("no verdict after a hundred rounds")
		}
		batch, results := make([]pipelines.Write, len(open)), make([]pipelines.Result, len(open))
		for n, i := range open {
			batch[n] = writes[i]
		}
		if err := s.Sink.Write(t.Context(), batch, results); err != nil {
			t.Fatalf("writing: %v", err)
		}
		left := open[:0]
		for n, i := range open {
			if verdicts[i] = results[n].Verdict; verdicts[i] == pipelines.Retry {
				left = append(left, i)
			} else if !verdicts[i].Final() {
				t.Fatalf("write %d is %v: %s", i, verdicts[i], results[n].Reason)
			}
		}
		open = left
	}
	return verdicts
}

// order reads one order and fails the test unless there is one.
func (s *Shop) order(t testingT, id int64) schemas.Order {
	t.Helper()
	o, err := s.Orders.Order(t.Context(), id)
	if err != nil {
		t.Fatalf("reading order %d: %v", id, err)
	}
	return o
}

// folded is what events of one order say together.
func folded(events []schemas.OrderEvent) schemas.Order {
	o := schemas.OrderOf(&events[0])
	for i := range events {
		next := schemas.OrderOf(&events[i])
		o.Merge(&next)
	}
	return o
}

// sameOrder fails the test unless two orders are equal.
func sameOrder(t testingT, what string, got, want schemas.Order) {
	t.Helper()
	if a, b := schemas.AppendOrder(nil, &got), schemas.AppendOrder(nil, &want); string(a) != string(b) {
		t.Fatalf("%s: got %s, want %s", what, a, b)
	}
}

// sameVerdicts fails the test unless the verdicts are these.
func sameVerdicts(t testingT, what string, got []pipelines.Verdict, want ...pipelines.Verdict) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%s: verdicts %v, want %v", what, got, want)
	}
}
