package load

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/orders"
	"sluice/schemas"
)

// lanes is a gateway of orders that notes what came in which order, and that no member has two requests under way.
type lanes struct {
	mu     sync.Mutex
	took   func(request int) (time.Duration, error) // nil = at once, answered
	posts  int
	under  map[string]bool
	kept   map[string][]string // lines by member, in order
	breaks int
}

func (g *lanes) Post(ctx context.Context, body []byte, _ []int) (Answer, error) {
	lines := bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"))
	var members []string
	var e schemas.OrderEvent
	for _, line := range lines {
		if err := schemas.DecodeOrder(&e, line); err != nil {
			return Answer{}, err
		}
		members = append(members, string(e.MemberID))
	}
	g.mu.Lock()
	request := g.posts
	g.posts++
	mine := map[string]bool{}
	for _, m := range members {
		if g.under[m] && !mine[m] {
			g.breaks++
		}
		g.under[m], mine[m] = true, true
	}
	g.mu.Unlock()
	var err error
	if g.took != nil {
		var wait time.Duration
		wait, err = g.took(request)
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			err = &Busy{Err: ctx.Err()}
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, m := range members {
		g.under[m] = false
		if err == nil {
			g.kept[m] = append(g.kept[m], string(lines[i]))
		}
	}
	return Answer{}, err
}

// purchases answers at once.
type purchases struct {
	mu   sync.Mutex
	kept int
}

func (g *purchases) Post(_ context.Context, _ []byte, ends []int) (Answer, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kept += len(ends)
	return Answer{}, nil
}

// orderBench is a load of orders with everything faked, inside a bubble of virtual time.
type orderBench struct {
	cfg       OrdersConfig
	gateway   *lanes
	purchases *purchases
	book      *book
}

func newOrderBench() *orderBench {
	return &orderBench{
		cfg: OrdersConfig{
			Plan: orders.Plan{
				Run: "sim-t-", Seed: 3, Start: 1_795_233_600_000, Rate: 1000, Orders: 1000, Members: 50, Lanes: 4, Batch: 40, Over: 864_000_000, Shuffle: 500,
				Shares: orders.Shares{Late: 0.05, Voided: 0.1, Purchased: 0.1, Doubled: 0.1},
				Rules: orders.Rules{
					TimeZone: "Asia/Shanghai", Levels: []orders.Level{{Name: "bronze"}, {Name: "gold", Orders: 20}},
					Products: []orders.Product{{SKU: "gold-month", Level: "gold", Days: 31}},
				},
			},
			Backlog: 10 * time.Second, GiveUp: 10 * time.Second, Grace: time.Second,
		},
		gateway: &lanes{under: map[string]bool{}, kept: map[string][]string{}}, purchases: &purchases{}, book: &book{outcomes: map[int64]ledger.Outcome{}},
	}
}

// run begins the load now: a bubble begins in the year 2000, before any order id, so the plan keeps its time and the clock is moved.
func (b *orderBench) run(ctx context.Context) (Summary, error) {
	return RunOrders(ctx, b.cfg, OrderGateways{Orders: b.gateway, Purchases: b.purchases}, Deps{Book: b.book, Watcher: quiet{}})
}

// awake sleeps until just before the plan's start.
func (b *orderBench) awake() {
	<-time.After(time.Until(time.UnixMilli(b.cfg.Plan.Start)) - 100*time.Millisecond)
}

func TestOrdersAreSentInKnownOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newOrderBench()
		b.awake()
		b.gateway.took = func(request int) (time.Duration, error) {
			if request%5 == 0 {
				return 30 * time.Millisecond, &Busy{Status: 503, Err: errors.New("away")}
			}
			return time.Duration(request%7) * 10 * time.Millisecond, nil
		}
		s, err := b.run(t.Context())
		if err != nil || s.Doubtful+s.Skipped+s.Refused != 0 || s.Retries == 0 || s.Purchased != int64(b.purchases.kept-doubledPurchases(b)) || s.Voided == 0 || s.Late == 0 || s.Doubled == 0 {
			t.Fatalf("%+v, %v", s, err)
		}
		if b.gateway.breaks > 0 {
			t.Errorf("%d times a member had two requests under way", b.gateway.breaks)
		}
		author, err := orders.New(b.cfg.Plan)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{}
		for lane := range author.Lanes {
			walk := author.Lane(lane)
			for more := true; more; {
				var sends []orders.Send
				sends, more = walk.Next(nil)
				for _, send := range sends {
					id := author.MemberID(author.Order(orders.OrderOf(send.N)).Member)
					want[id] = append(want[id], string(author.Append(nil, send.N)))
				}
			}
		}
		for id, lines := range want {
			if got := b.gateway.kept[id]; len(got) != len(lines) {
				t.Errorf("%s: %d events, want %d", id, len(got), len(lines))
				continue
			}
			for i := range lines {
				if b.gateway.kept[id][i] != lines[i] {
					t.Fatalf("%s, event %d: %s, want %s", id, i, b.gateway.kept[id][i], lines[i])
				}
			}
		}
	})
}

// doubledPurchases counts second sends: the summary has them among the doubled.
func doubledPurchases(b *orderBench) (n int) {
	author, err := orders.New(b.cfg.Plan)
	if err != nil {
		return -1
	}
	for number := range author.Orders {
		if o := author.Order(number); o.Has(orders.Bought) && author.Doubled(orders.Number(number, orders.Bought)) {
			n++
		}
	}
	return n
}

// A lane that is late beyond its backlog skips, and says so; one that gets no answer leaves a doubt.
func TestOrdersThatAreLateAreSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newOrderBench()
		b.awake()
		b.cfg.Backlog, b.cfg.GiveUp = 500*time.Millisecond, time.Second
		b.gateway.took = func(request int) (time.Duration, error) {
			if request == 3 {
				return 2 * time.Second, &Busy{Err: errors.New("cut off")}
			}
			return 0, nil
		}
		s, err := b.run(t.Context())
		if err != nil || s.Doubtful == 0 || s.Skipped == 0 || s.Acked == 0 {
			t.Fatalf("%+v, %v", s, err)
		}
		doubt, skipped := 0, 0
		for _, o := range b.book.outcomes {
			switch o.State {
			case ledger.Doubt:
				doubt++
			case ledger.Skipped:
				skipped++
			case ledger.Answered, ledger.None:
			}
		}
		if doubt != 1 || skipped == 0 {
			t.Errorf("%d in doubt and %d skipped", doubt, skipped)
		}
	})
}

func TestOrdersAreInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newOrderBench()
		b.awake()
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, stop)
		s, err := b.run(ctx)
		if !errors.Is(err, context.Canceled) || s.Acked == 0 || s.Doubtful != 0 || s.Skipped == 0 || s.Due >= s.Planned {
			t.Errorf("%+v, %v", s, err)
		}
		for block := range b.book.issued { // whatever may have been sent has an outcome, or was empty
			if o, known := b.book.outcomes[block]; known && o.State == ledger.Doubt {
				t.Errorf("block %d is in doubt", block)
			}
		}
	})
}

func TestAGatewayThatRefusesOrdersEndsTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newOrderBench()
		b.awake()
		b.gateway.took = func(int) (time.Duration, error) { return 0, errors.New("401") }
		if _, err := b.run(t.Context()); err == nil || len(b.book.outcomes) == 0 {
			t.Errorf("%v", err)
		}
	})
}
