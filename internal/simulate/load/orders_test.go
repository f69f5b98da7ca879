package load

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/orders"
)

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
