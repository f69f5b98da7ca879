package verify

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/internal/simulate/documents"
	"sluice/internal/simulate/documentstest"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/levels"
	"sluice/internal/simulate/levelstest"
	"sluice/internal/simulate/orders"
	"sluice/pipelines"
	"sluice/schemas"
)

// orderWorld is a load of orders and what a faultless installation makes of it, for tests to spoil.
type orderWorld struct {
	author  *orders.Author
	book    *ledger.Ledger
	records []pipelines.Record // of member.levels
	parts   []int32            // of each
	now     ledger.Sample
	late    int // looks at the topic until the last record is there

	mu        sync.Mutex
	answers   map[string]levels.Answer
	kept      map[string][]documents.Document
	misplaced string // the id of an order that is not found by it
	unseen    int    // how often member 0's newest order is asked for until it is seen
	looks     int
}

func newOrderWorld(t *testing.T) *orderWorld {
	t.Helper()
	author, err := orders.New(orders.Plan{
		Run: "sim-v-", Seed: 3, Start: 1_795_233_600_000, Rate: 2000, Orders: 200, Members: 6, Lanes: 2, Batch: 20, Over: 864_000_000, Shuffle: 50,
		Shares: orders.Shares{Late: 0.05, Voided: 0.1, Purchased: 0.03, Doubled: 0.08},
		Rules: orders.Rules{
			Version: "v1", TimeZone: "Asia/Shanghai", KeepMonths: 1,
			Levels:   []orders.Level{{Name: "bronze"}, {Name: "silver", Orders: 5}, {Name: "gold", Orders: 20}},
			Products: []orders.Product{{SKU: "gold-month", Level: "gold", Days: 31}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &orderWorld{author: author, answers: map[string]levels.Answer{}, kept: map[string][]documents.Document{}}
	w.book = &ledger.Ledger{Header: ledger.Header{Orders: &author.Plan}, Closed: &ledger.Closed{Why: "done"}}
	stores := make([]*levelstest.Store, author.Members)
	for member := range stores {
		stores[member] = levelstest.New(author, int64(member))
	}
	index := documentstest.New(author)
	for lane := range author.Lanes + 1 {
		walk := author.Lane(lane)
		for tick, more := int64(0), true; more; tick++ {
			var sends []orders.Send
			sends, more = walk.Next(nil)
			w.answered(author.Block(lane, tick))
			for _, s := range sends {
				stores[author.Order(orders.OrderOf(s.N)).Member].Do(s.N)
				if lane < author.Lanes {
					index.Do(s.N)
				}
			}
		}
	}
	for member, s := range stores {
		id := author.MemberID(int64(member))
		w.answers[id], w.kept[id] = s.Answer(), index.Told(id)
		for i := range s.Said {
			w.say(int64(member), &s.Said[i])
		}
	}
	w.now = ledger.Sample{Readers: []ledger.Reader{{Pipeline: "order-levels", Partitions: []ledger.Offsets{{Committed: 900, End: 900}}}}}
	return w
}

func (w *orderWorld) answered(block int64) {
	for int64(len(w.book.Outcomes)) <= block {
		w.book.Outcomes = append(w.book.Outcomes, ledger.Outcome{Block: int64(len(w.book.Outcomes))})
	}
	w.book.Outcomes[block] = ledger.Outcome{Block: block, State: ledger.Answered, Tries: 1}
}

func (w *orderWorld) say(member int64, c *levels.Change) {
	id := w.author.MemberID(member)
	value := schemas.AppendLevelJSON(nil, &schemas.LevelChanged{
		MemberID: id, From: c.From, To: c.To, Cause: c.Cause, Period: c.Period, Orders: c.Orders, OrderID: c.OrderID,
		Epoch: c.Epoch, Version: c.Version, At: c.At, ValidUntil: c.ValidUntil, Ruleset: c.Ruleset,
	})
	w.records, w.parts = append(w.records, pipelines.Record{Key: []byte(id), Value: value}), append(w.parts, int32(member%3))
}

func (w *orderWorld) Member(_ context.Context, id, _, _ string) (levels.Answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answers[id], nil
}

func (w *orderWorld) Orders(_ context.Context, id string, _ int) ([]documents.Document, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id == w.author.MemberID(0) && w.unseen > 0 {
		w.unseen--
		return w.kept[id][1:], nil
	}
	return w.kept[id], nil
}

func (w *orderWorld) HasOrder(_ context.Context, id string) (bool, error) {
	return id != w.misplaced, nil
}

func (w *orderWorld) Scan(_ context.Context, topic string, _ time.Time, each func(part pipelines.Partition, rec *pipelines.Record) error) error {
	n := len(w.records)
	if w.looks++; w.looks <= w.late {
		n--
	}
	for i := range w.records[:n] {
		if err := each(pipelines.Partition{Topic: topic, ID: w.parts[i]}, &w.records[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *orderWorld) Sample(context.Context) (ledger.Sample, error) { return w.now, nil }

func (w *orderWorld) Doing(string, int64) {}

func (w *orderWorld) Waiting(int64) {}

// spoil changes the answer of a member.
func (w *orderWorld) spoil(member int64, change func(a *levels.Answer)) {
	id := w.author.MemberID(member)
	a := w.answers[id]
	change(&a)
	w.answers[id] = a
}

func (w *orderWorld) verify(t *testing.T) *Report {
	t.Helper()
	report, err := RunOrders(t.Context(), OrdersConfig{
		Ledger: w.book, Wait: time.Minute, Poll: time.Millisecond, Settle: 50 * time.Millisecond, Readers: 2,
	}, OrdersDeps{Members: w, Topic: w, Offsets: w, Watcher: w})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestFaultsAmongOrdersAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		want  string
		plant func(w *orderWorld)
	}{
		"nothing":                     {"", func(*orderWorld) {}},
		"a change that is on its way": {"", func(w *orderWorld) { w.late = 2 }},
		"an order that is not seen":   {"", func(w *orderWorld) { w.unseen = 2 }},
		"changes of others": {"", func(w *orderWorld) {
			w.records = append(w.records, pipelines.Record{Key: []byte("M1"), Value: []byte(`{}`)})
			w.parts = append(w.parts, 0)
		}},
		"a change again": {"", func(w *orderWorld) { w.records, w.parts = append(w.records, w.records[0]), append(w.parts, w.parts[0]) }},
		"a refusal":      {"L0", func(w *orderWorld) { w.refuse() }},
		"a day with an order more": {"L7a", func(w *orderWorld) {
			w.spoil(2, func(a *levels.Answer) { a.Days["2026-11-02"]++ })
		}},
		"a level that is another": {"L7b", func(w *orderWorld) { w.spoil(1, func(a *levels.Answer) { a.Level = "tin" }) }},
		"an unreadable change": {"L7c", func(w *orderWorld) {
			w.records = append(w.records, pipelines.Record{Key: w.records[0].Key, Value: []byte(`{}`)})
			w.parts = append(w.parts, w.parts[0])
		}},
		"a change with another key": {"L7c", func(w *orderWorld) { w.records[0].Key = []byte("M1") }},
		"a member in two partitions": {"L7c", func(w *orderWorld) {
			w.records, w.parts = append(w.records, w.records[0]), append(w.parts, w.parts[0]+1)
		}},
		"a change of another order": {"L7c", func(w *orderWorld) {
			value := string(w.records[0].Value)
			at := strings.Index(value, `"orderId":"`) + len(`"orderId":"`)
			w.records[0].Value = []byte(value[:at] + "9" + value[at+1:])
		}},
		"a change that lacks":     {"L7c L7d", func(w *orderWorld) { w.records, w.parts = w.records[1:], w.parts[1:] }},
		"a version too many":      {"L7d", func(w *orderWorld) { w.spoil(0, func(a *levels.Answer) { a.Version++ }) }},
		"records never committed": {"L9", func(w *orderWorld) { w.now.Readers[0].Partitions[0].End++ }},
		"nothing sent":            {"L11", func(w *orderWorld) { w.nothing() }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newOrderWorld(t)
			c.plant(w)
			r := w.verify(t)
			if got := failing(r); got != c.want {
				t.Errorf("%q fail, want %q: %+v", got, c.want, r.Assertions)
			}
		})
	}
}

// refuse lets the gateway refuse a purchase that was sent twice: only the answer is wrong.
func (w *orderWorld) refuse() {
	for i := range w.book.Outcomes {
		if o := &w.book.Outcomes[i]; o.State == ledger.Answered {
			o.Rejected, o.Refused = 1, []ledger.Refusal{{Index: 1 << 20, Code: "bad_json"}}
			return
		}
	}
}

// nothing is a load of which all was skipped.
func (w *orderWorld) nothing() {
	w.book.Outcomes, w.records, w.parts = nil, nil, nil
	clear(w.kept)
	for id := range w.answers {
		w.answers[id] = levels.Answer{At: w.author.Start, Level: "bronze", Epoch: 1}
	}
}

func TestWhatIsOnlyPlannedIsNotProvoked(t *testing.T) {
	w := newOrderWorld(t)
	w.nothing()
	for _, a := range w.verify(t).Assertions {
		if said := strings.Join(a.First, "; "); a.ID == "L11" && (!strings.Contains(said, "no order is late") || !strings.Contains(said, "no order is completed twice")) {
			t.Errorf("%s %s: %s", a.ID, a.State, said)
		}
	}
}
