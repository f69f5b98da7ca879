package levels_test

import (
	"testing"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/levels"
	"sluice/internal/simulate/levelstest"
	"sluice/internal/simulate/orders"
)

// start is 2026-11-21 12:00 in Shanghai.
const start = 1_795_233_600_000

func everything() orders.Plan {
	return orders.Plan{
		Run: "sim-o-", Seed: 7, Start: start, Rate: 2000, Orders: 250, Members: 8, Lanes: 3, Batch: 20,
		Over: 10 * 86_400_000, Shuffle: 100,
		Shares: orders.Shares{Late: 0.05, Voided: 0.1, Purchased: 0.03, Doubled: 0.08},
		Rules: orders.Rules{
			Version: "v1", TimeZone: "Asia/Shanghai", KeepMonths: 1,
			Levels:   []orders.Level{{Name: "bronze"}, {Name: "silver", Orders: 5}, {Name: "gold", Orders: 20}, {Name: "platinum", Orders: 60}},
			Products: []orders.Product{{SKU: "gold-month", Level: "gold", Days: 31}, {SKU: "platinum-month", Level: "platinum", Days: 31}},
		},
	}
}

// request is one of a load, as it went.
type request struct {
	block   int64
	sends   []orders.Send
	bought  bool
	outcome ledger.Outcome
}

// world is a load, a request after the other as the lanes send them.
type world struct {
	author   *orders.Author
	requests []request
}

func newWorld(t testing.TB, p orders.Plan) *world {
	t.Helper()
	author, err := orders.New(p)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{author: author}
	for lane := range author.Lanes + 1 {
		walk := author.Lane(lane)
		for tick, more := int64(0), true; more; tick++ {
			var sends []orders.Send
			sends, more = walk.Next(nil)
			block := author.Block(lane, tick)
			w.requests = append(w.requests, request{
				block: block, sends: sends, bought: lane == author.Lanes,
				outcome: ledger.Outcome{Block: block, State: ledger.Answered, Sent: 1, Done: 2, Tries: 1},
			})
		}
	}
	return w
}

// oracle is that of the load's ledger.
func (w *world) oracle(t testing.TB) *levels.Oracle {
	t.Helper()
	book := &ledger.Ledger{Header: ledger.Header{Orders: &w.author.Plan}, Issued: w.author.Blocks()}
	for i := range w.requests {
		o := w.requests[i].outcome
		for int64(len(book.Outcomes)) <= o.Block {
			book.Outcomes = append(book.Outcomes, ledger.Outcome{Block: int64(len(book.Outcomes))})
		}
		book.Outcomes[o.Block] = o
	}
	o, err := levels.New(w.author, book)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// topics are a member's records in the order of its two topics, what is in doubt left out.
func (w *world) topics(member int64) (events, purchases []int64) {
	for i := range w.requests {
		r := &w.requests[i]
		for _, s := range r.sends {
			if r.outcome.State != ledger.Answered || w.author.Order(orders.OrderOf(s.N)).Member != member {
				continue
			}
			if r.bought {
				purchases = append(purchases, s.N)
			} else {
				events = append(events, s.N)
			}
		}
	}
	return events, purchases
}

// store has done all records of a member, purchases behind the orders.
func (w *world) store(member int64) *levelstest.Store {
	s := levelstest.New(w.author, member)
	events, purchases := w.topics(member)
	for _, n := range append(events, purchases...) {
		s.Do(n)
	}
	return s
}

// busy is a member whose level has changed at least so often.
func (w *world) busy(t testing.TB, changes int) (int64, *levelstest.Store) {
	t.Helper()
	for member := range w.author.Members {
		if s := w.store(member); len(s.Said) >= changes {
			return member, s
		}
	}
	t.Fatalf("no member has %d changes", changes)
	return 0, nil
}
