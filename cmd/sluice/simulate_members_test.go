package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
	"sluice/internal/query"
	orderdocs "sluice/internal/simulate/documents"
	"sluice/internal/simulate/documentstest"
	"sluice/internal/simulate/ledger"
	orderplan "sluice/internal/simulate/orders"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// shelf is an index of orders behind the real query API.
type shelf struct {
	query.Drivers
	query.Area
	query.Members

	*documentstest.Index

	pages int // that were asked for
}

func (s *shelf) Order(_ context.Context, id int64) (schemas.Order, error) {
	if id == missing {
		return schemas.Order{}, schemas.ErrNotFound
	}
	return schemas.Order{OrderID: id}, nil
}

// missing is the id of an order that is not there.
const missing = 7

func (s *shelf) Orders(_ context.Context, q schemas.OrdersQuery) (schemas.Orders, error) {
	s.pages++
	kept := s.Kept(q.MemberID)
	if q.Cursor != "" {
		after, err := schemas.ParseOrderStep(q.Cursor)
		if err != nil {
			return schemas.Orders{}, err
		}
		for len(kept) > 0 && kept[0].OrderID >= int64(after) {
			kept = kept[1:]
		}
	}
	if len(kept) <= q.Limit {
		return schemas.Orders{Orders: kept}, nil
	}
	return schemas.Orders{Orders: kept[:q.Limit], Next: schemas.OrderStep(kept[q.Limit-1].OrderID).Cursor()}, nil
}

// serve is the query API over the shelf.
func (s *shelf) serve(t *testing.T) *askedMembers {
	t.Helper()
	keys, err := apikeys.New(apikeys.Config{})
	if err != nil {
		t.Fatal(err)
	}
	q, err := query.New(query.Config{}, query.Deps{Drivers: s, Area: s, Orders: s, Members: s, Rules: rules.Default(), Keys: keys, Observer: query.Nobody{}})
	if err != nil {
		t.Fatal(err)
	}
	return ask(t, httpserver.Mux(q.Routes()...))
}

func ask(t *testing.T, h http.Handler) *askedMembers {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	members := newAskedMembers(server.URL, "", 2)
	t.Cleanup(func() {
		if err := members.close(); err != nil {
			t.Error(err)
		}
	})
	return members
}

// All pages of a member's orders are read, as the query API tells of them, and are what was sent.
func TestAllOrdersOfAMemberAreRead(t *testing.T) {
	author, err := orderplan.New(orderplan.Plan{
		Run: "sim-p-", Seed: 1, Start: 1_795_233_600_000, Rate: 5000, Orders: 1600, Members: 2, Lanes: 1, Batch: 500, Over: 864_000_000, Shuffle: 500,
		Shares: orderplan.Shares{Late: 0.05, Voided: 0.2, Doubled: 0.1},
		Rules:  orderplan.Rules{TimeZone: "Asia/Shanghai", Levels: []orderplan.Level{{Name: "bronze"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, book := &shelf{Index: documentstest.New(author)}, &ledger.Ledger{Issued: author.Blocks()}
	walk := author.Lane(0)
	for tick, more := int64(0), true; more; tick++ {
		var sends []orderplan.Send
		sends, more = walk.Next(nil)
		for _, send := range sends {
			s.Do(send.N)
		}
		book.Outcomes = append(book.Outcomes, ledger.Outcome{State: ledger.Answered}, ledger.Outcome{}) // the second lane has no purchases
	}
	members, oracle := s.serve(t), orderdocs.New(author, book)
	for member := range author.Members {
		id := author.MemberID(member)
		want := s.Told(id)
		s.pages = 0
		got, err := members.Orders(t.Context(), id, 1<<20)
		if err != nil || !reflect.DeepEqual(got, want) || s.pages != (len(want)+ordersPage-1)/ordersPage {
			t.Errorf("%d orders on %d pages, %v; want %d", len(got), s.pages, err, len(want))
		}
		if v := oracle.Judge(member, got); v.Wrong() || int(v.Sure) != len(want) {
			t.Errorf("%+v", v)
		}
	}
	if s.pages = 0; oracle.Sent(0) <= 2*ordersPage {
		t.Fatalf("%d orders are too few for three pages", oracle.Sent(0))
	}
	if got, err := members.Orders(t.Context(), author.MemberID(0), 600); err != nil || len(got) != 2*ordersPage || s.pages != 2 {
		t.Errorf("%d orders on %d pages, %v: want no more pages than it takes", len(got), s.pages, err)
	}
}

func TestAnOrderIsSoughtByItsID(t *testing.T) {
	s := &shelf{}
	for id, want := range map[string]bool{"7": false, "8": true} {
		if got, err := s.serve(t).HasOrder(t.Context(), id); err != nil || got != want {
			t.Errorf("order %s: %t, %v", id, got, err)
		}
	}
	refusing := ask(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	if _, err := refusing.HasOrder(t.Context(), "8"); err == nil {
		t.Error("an answer that says nothing is taken for one")
	}
}

func TestPagesOfOrdersThatDoNotEnd(t *testing.T) {
	members := ask(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := w.Write([]byte(`{"orders":[],"next":"again","truncated":true}`)); err != nil {
			t.Error(err)
		}
	}))
	if _, err := members.Orders(t.Context(), "M 1", 10); err == nil || !strings.Contains(err.Error(), "an empty page") {
		t.Errorf("ended with %v", err)
	}
}
