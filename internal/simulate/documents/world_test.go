package documents_test

import (
	"strings"
	"testing"

	"sluice/internal/simulate/documents"
	"sluice/internal/simulate/documentstest"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/orders"
)

// world is a load of orders, and the index that is made of what was acknowledged.
type world struct {
	author *orders.Author
	book   *ledger.Ledger
	index  *documentstest.Index
}

// request is one of a load.
type request struct {
	outcome ledger.Outcome
	sends   []orders.Send
}

// newWorld lets become of each request what change says; nil = it is answered.
func newWorld(t testing.TB, change func(r *request)) *world {
	t.Helper()
	author, err := orders.New(orders.Plan{
		Run: "sim-d-", Seed: 7, Start: 1_795_233_600_000, Rate: 2000, Orders: 250, Members: 8, Lanes: 3, Batch: 20,
		Over: 10 * 86_400_000, Shuffle: 100,
		Shares: orders.Shares{Late: 0.05, Voided: 0.2, Purchased: 0.03, Doubled: 0.08},
		Rules: orders.Rules{
			Version: "v1", TimeZone: "Asia/Shanghai", KeepMonths: 1, Levels: []orders.Level{{Name: "bronze"}},
			Products: []orders.Product{{SKU: "bronze-month", Level: "bronze", Days: 31}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{author: author, book: &ledger.Ledger{Issued: author.Blocks()}, index: documentstest.New(author)}
	w.book.Outcomes = make([]ledger.Outcome, author.Blocks())
	for lane := range author.Lanes + 1 {
		walk := author.Lane(lane)
		for tick, more := int64(0), true; more; tick++ {
			r := request{outcome: ledger.Outcome{Block: author.Block(lane, tick), State: ledger.Answered, Tries: 1}}
			r.sends, more = walk.Next(nil)
			if change != nil {
				change(&r)
			}
			w.book.Outcomes[r.outcome.Block] = r.outcome
			for i, s := range r.sends {
				if lane < author.Lanes && r.outcome.Fate(int64(i)) == ledger.Acked {
					w.index.Do(s.N)
				}
			}
		}
	}
	return w
}

// judge judges all members, and adds up what was compared; of faults it names the kinds.
func (w *world) judge(spoil func(member int64, told []documents.Document) []documents.Document) (faults string, all documents.Verdict) {
	o := documents.New(w.author, w.book)
	var names []string
	for member := range w.author.Members {
		told := w.index.Told(w.author.MemberID(member))
		if spoil != nil {
			told = spoil(member, told)
		}
		v := o.Judge(member, told)
		for _, f := range v.First {
			names = append(names, [...]string{"lost", "invented", "altered", "copied"}[f.Kind]+": "+f.Said)
		}
		all.Documents += v.Documents
		all.Sure += v.Sure
		all.There += v.There
		all.Loose += v.Loose
		all.Kept += v.Kept
		all.Turned += v.Turned
	}
	return strings.Join(names, "; "), all
}

// find is the first order that fits.
func (w *world) find(t testing.TB, fits func(o *orders.Order) bool) orders.Order {
	t.Helper()
	for number := range w.author.Orders {
		if o := w.author.Order(number); fits(&o) {
			return o
		}
	}
	t.Fatal("no order is like that")
	return orders.Order{}
}
