package load

import (
	"bytes"
	"context"
	"sync"
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
