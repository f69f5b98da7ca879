package query

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// registry holds one member's state, and orders.
type registry struct {
	state schemas.MemberState
	id    string
	asked schemas.OrdersQuery
	order schemas.Order
	page  schemas.Orders
	err   error
}

func (r *registry) Member(_ context.Context, id string) (schemas.MemberState, error) {
	r.id = id
	return r.state, r.err
}

func (r *registry) Order(context.Context, int64) (schemas.Order, error) { return r.order, r.err }

func (r *registry) Orders(_ context.Context, q schemas.OrdersQuery) (schemas.Orders, error) {
	r.asked = q
	return r.page, r.err
}

func (r *registry) handler(t *testing.T) http.Handler {
	t.Helper()
	keys, err := apikeys.New(apikeys.Config{})
	if err != nil {
		t.Fatal(err)
	}
	q, err := New(Config{}, Deps{Drivers: &store{}, Area: &city{}, Orders: r, Members: r, Rules: rules.Default(), Keys: keys, Observer: Nobody{}})
	if err != nil {
		t.Fatal(err)
	}
	return httpserver.Mux(q.Routes()...)
}

// march is 2000-03-16 08:00 in Shanghai, where business is.
const march = int64(953_164_800_000)

func hours(n int64) int64 { return n * time.Hour.Milliseconds() }

// inMarch runs a test at that moment.
func inMarch(t *testing.T, test func(t *testing.T, r *registry, h http.Handler)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.UnixMilli(march)))
		r := &registry{state: schemas.MemberState{
			MemberID: "M1", Epoch: 3, Version: 17, Announced: "gold",
			Months: []schemas.MonthOrders{month(200002, 22, 5, 14, 29, 3), month(200003, 7, 1, 2, 16, 5)},
		}}
		test(t, r, r.handler(t))
	})
}

// month is a month with so many orders, of which days[0] has so many, and so on in pairs.
func month(m schemas.Month, orders int, days ...int) schemas.MonthOrders {
	of := schemas.MonthOrders{Month: m, Orders: orders, Days: make([]int, rules.Default().Days(m))}
	for i := 0; i < len(days); i += 2 {
		of.Days[days[i]-1] = days[i+1]
	}
	return of
}

// get asks and reads the answer into v.
func get(t *testing.T, h http.Handler, url string, v any) {
	t.Helper()
	w := ask1(h, url)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", url, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		t.Fatal(err)
	}
}

func TestMemberNow(t *testing.T) {
	inMarch(t, func(t *testing.T, r *registry, h http.Handler) {
		w := ask1(h, "/v1/members/M%2F1")
		want := `{"memberId":"M/1","at":953164800000,"level":"gold","rank":2,"privileges":` + privilegesOf(t, 2) + `,"source":"orders","validUntil":954518400000,` +
			`"month":{"period":"2000-03","orders":7},"today":{"date":"2000-03-16","orders":5},"earned":{"period":"2000-02","orders":22},` +
			`"next":{"level":"platinum","ordersNeeded":53},"membership":null,"epoch":3,"version":17,"ruleset":"` + rules.Default().Version + `"}`
		if w.Body.String() != want || r.id != "M/1" {
			t.Errorf("%s\nnot\n%s", w.Body, want)
		}
		r.state = schemas.MemberState{}
		w = ask1(h, "/v1/members/nobody")
		for _, want := range []string{`"level":"bronze","rank":0`, `"source":null,"validUntil":null`, `"earned":null,"next":{"level":"silver","ordersNeeded":5}`} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s lacks %s", w.Body, want)
			}
		}
	})
}

func privilegesOf(t *testing.T, rank int) string {
	t.Helper()
	text, err := json.Marshal(append([]string{}, rules.Default().Levels[rank].Privileges...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMemberWithAPaidLevel(t *testing.T) {
	inMarch(t, func(t *testing.T, r *registry, h http.Handler) {
		r.state.Memberships = []schemas.Membership{
			{PurchaseID: "P0", SKU: "platinum-month", Rank: 3, From: march - hours(100), Until: march},
			{PurchaseID: "P1", SKU: "gold-month", Rank: 2, From: march - 5, Until: march + hours(9999)},
			{PurchaseID: "P2", SKU: "platinum-month", Rank: 3, From: march - 5, Until: march + 5},
			{PurchaseID: "P3", SKU: "platinum-month", Rank: 3, From: march, Until: march + 9},
			{PurchaseID: "P4", SKU: "platinum-month", Rank: 3, From: march + 1, Until: march + 90},
		}
		var got memberAnswer
		get(t, h, "/v1/members/M1", &got)
		want := membershipState{PurchaseID: "P3", SKU: "platinum-month", Level: "platinum", From: march, Until: march + 9}
		if got.Level != "platinum" || *got.Source != "membership" || *got.ValidUntil != march+9 || got.Next != nil || got.Earned != nil || *got.Membership != want {
			t.Errorf("%+v %+v", got, got.Membership)
		}
	})
}

// A store that may be short of events is not asked to guess.
func TestMemberWhileRecovering(t *testing.T) {
	inMarch(t, func(t *testing.T, r *registry, h http.Handler) {
		for _, c := range []struct {
			recovering bool
			err        error
		}{{true, nil}, {false, fmt.Errorf("reading member: %w", schemas.ErrRecovering)}} {
			r.state.Recovering, r.err = c.recovering, c.err
			for _, path := range []string{"", "/counts", "/levels", "?at=953164800000"} {
				w := ask1(h, "/v1/members/M1"+path)
				if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"code":"recovering"`) || w.Header().Get("Retry-After") == "" {
					t.Errorf("%q: %d %s", path, w.Code, w.Body)
				}
			}
		}
	})
}

func TestCounts(t *testing.T) {
	inMarch(t, func(t *testing.T, _ *registry, h http.Handler) {
		w := ask1(h, "/v1/members/M1/counts?from=2000-02-28&to=2000-03-02")
		want := `{"days":[{"date":"2000-02-28","orders":0},{"date":"2000-02-29","orders":3},{"date":"2000-03-01","orders":2},{"date":"2000-03-02","orders":0}],` +
			`"months":[{"period":"2000-02","orders":22},{"period":"2000-03","orders":7}]}`
		if w.Body.String() != want {
			t.Errorf("%s\nnot\n%s", w.Body, want)
		}
		var got countsAnswer
		get(t, h, "/v1/members/M1/counts", &got)
		if len(got.Days) != 16 || got.Days[0].Date != "2000-03-01" || got.Days[15] != (dayAnswer{"2000-03-16", 5}) || len(got.Months) != 1 {
			t.Errorf("%+v", got)
		}
		get(t, h, "/v1/members/M1/counts?from=1999-02-01&to=2000-04-30", &got)
		if len(got.Months) != 15 || len(got.Days) != 455 {
			t.Errorf("%d months, %d days", len(got.Months), len(got.Days))
		}
	})
}

func TestLevels(t *testing.T) {
	inMarch(t, func(t *testing.T, r *registry, h http.Handler) {
		if w := ask1(h, "/v1/members/M1/levels"); w.Body.String() != `{"changes":[],"truncated":false}` {
			t.Error(w.Body)
		}
		for v := range int64(schemas.MaxHistory) {
			r.state.History = append(r.state.History, schemas.LevelChanged{MemberID: "M1", From: "bronze", To: "silver", Cause: "orders", Epoch: 1, Version: v + 1})
		}
		var got levelsAnswer
		if get(t, h, "/v1/members/M1/levels", &got); !got.Truncated || len(got.Changes) != 100 || got.Changes[0].Version != 100 || got.Changes[99].Version != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestBadParametersOfMembers(t *testing.T) {
	inMarch(t, func(t *testing.T, _ *registry, h http.Handler) {
		for url, want := range map[string]string{
			"/v1/members/" + strings.Repeat("x", 65):              "id too_long",
			"/v1/members/M1?at=yesterday":                         "at wrong_type",
			"/v1/members/M1?when=1":                               " unknown_parameter",
			"/v1/members/M1?at=4102444800000":                     "at out_of_range",
			"/v1/members/M1/counts?from=2000-3-1":                 "from wrong_type",
			"/v1/members/M1/counts?to=2000-02-30":                 "to wrong_type",
			"/v1/members/M1/counts?from=1999-01-31":               "from out_of_range",
			"/v1/members/M1/counts?to=2000-05-01":                 "to out_of_range",
			"/v1/members/M1/counts?from=2000-03-02&to=2000-03-01": "from out_of_range",
			"/v1/members/M1/levels?limit=1":                       " unknown_parameter",
			"/v1/orders/0":                                        "orderId wrong_type",
			"/v1/orders/9223372036854775808":                      "orderId wrong_type",
			"/v1/orders/abc":                                      "orderId wrong_type",
			"/v1/orders?type=lost":                                "type unknown_value",
			"/v1/orders?q=%21%21":                                 "q out_of_range",
			"/v1/orders?q=" + strings.Repeat("x", 257):            "q too_long",
			"/v1/orders?limit=501":                                "limit out_of_range",
			"/v1/orders?from=1790000000000&to=1790000000000":      "from out_of_range",
			"/v1/orders?member=M1":                                " unknown_parameter",
		} {
			w := ask1(h, url)
			var doc struct {
				Errors []struct{ Field, Code string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.Errors) != 1 || doc.Errors[0].Field+" "+doc.Errors[0].Code != want {
				t.Errorf("%.80s: %d %s, not %s", url, w.Code, w.Body, want)
			}
		}
	})
}
