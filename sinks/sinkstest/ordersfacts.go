package sinkstest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"

	"sluice/schemas"
)

func factsListed(t *testing.T, s Shop) {
	created := event(orderID(9, 900), schemas.OrderCreated, 0)
	s.tell(t, created)
	var all []schemas.Order
	for i := range 30 {
		var events []schemas.OrderEvent
		for kind := range schemas.OrderType(4) {
			if i>>kind&1 == 1 {
				e := event(orderID(1+i%12, i), kind+1, int64(1000*i)+int64(kind))
				e.MemberID = []byte(fmt.Sprint("M", i%3))
				events = append(events, e)
			}
		}
		if len(events) > 0 {
			s.tell(t, events...)
			all = append(all, folded(events))
		}
	}
	s.Refresh(t)
	for _, q := range []schemas.OrderFactsQuery{{}, {Member: "M1", Fresh: true}, {Member: "nobody"}, {Since: noon + 15_002}, {Member: "M2", Since: noon + 20_000}, {Since: noon + 1e9}} {
		want := []string{}
		for i := range all {
			if fact := schemas.FactOf(&all[i]); fact.Asked(&q) && (q.Member == "" || q.Member == all[i].MemberID) {
				want = append(want, factText(&fact))
			}
		}
		got := []string{}
		err := s.Facts.OrderFacts(t.Context(), q, func(f *schemas.OrderFact) error {
			got = append(got, factText(f))
			return nil
		})
		if err != nil {
			t.Fatalf("listing facts: %v", err)
		}
		slices.Sort(got)
		slices.Sort(want)
		same(t, fmt.Sprintf("%+v", q), got, want)
	}
	var newest []int64
	err := s.Facts.OrderFacts(t.Context(), schemas.OrderFactsQuery{Newest: 5, Since: noon}, func(f *schemas.OrderFact) error {
		newest = append(newest, f.OrderID)
		return nil
	})
	slices.SortFunc(all, func(a, b schemas.Order) int { return cmp.Compare(b.OrderID, a.OrderID) })
	all = slices.DeleteFunc(all, func(o schemas.Order) bool { return o.Type == schemas.OrderCreated.String() })
	for i := range newest {
		if newest[i] != all[i].OrderID {
			t.Errorf("the newest are %v", newest)
			break
		}
	}
	if err != nil || len(newest) != 5 {
		t.Errorf("%d are newest, %v", len(newest), err)
	}
	enough := errors.New("enough")
	if err := s.Facts.OrderFacts(t.Context(), schemas.OrderFactsQuery{}, func(*schemas.OrderFact) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("an error of each ends it: %v", err)
	}
}

func factText(f *schemas.OrderFact) string {
	return fmt.Sprintf("%s %d completed %d void %d", f.Member, f.OrderID, f.CompletedAt, f.VoidAt)
}
