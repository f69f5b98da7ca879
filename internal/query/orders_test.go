package query

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"sluice/internal/apikeys"
	"sluice/schemas"
)

func TestOrder(t *testing.T) {
	r := &registry{order: schemas.Order{
		OrderID: 301885432101234567, MemberID: "M1", Type: "refunded", CreatedAt: 5, CompletedAt: 6, RefundedAt: 7, TS: 5, Text: "two sofas", TextSaid: 9,
	}}
	w := ask1(r.handler(t), "/v1/orders/301885432101234567")
	want := `{"orderId":"301885432101234567","memberId":"M1","driverId":null,"type":"refunded","at":7,"createdAt":5,"completedAt":6,"cancelledAt":null,"refundedAt":7,` +
		`"amount":null,"city":null,"text":"two sofas"}`
	if w.Code != http.StatusOK || w.Body.String() != want {
		t.Errorf("%d %s\nnot\n%s", w.Code, w.Body, want)
	}
	r.err = schemas.ErrNotFound
	if w := ask1(r.handler(t), "/v1/orders/7"); w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}

func TestOrdersAsks(t *testing.T) {
	r := &registry{page: schemas.Orders{Orders: []schemas.Order{{OrderID: 9, MemberID: "M1", Type: "created", CreatedAt: 1}}, Next: "n"}}
	h := r.handler(t)
	for url, want := range map[string]schemas.OrdersQuery{
		"":                  {Limit: 50},
		"?memberId=&limit=": {Limit: 50},
		"?memberId=M1&driverId=D1&type=completed&city=%E4%B8%8A%E6%B5%B7&q=two+-+sofas&from=1790000000000&to=1790000000001&limit=500&cursor=c": {
			MemberID: "M1", DriverID: "D1", Type: "completed", City: "上海", Words: []string{"two", "sofas"}, From: 1790000000000, To: 1790000000001, Limit: 500, Cursor: "c",
		},
	} {
		w := ask1(h, "/v1/orders"+url)
		if w.Code != http.StatusOK || !reflect.DeepEqual(r.asked, want) || !strings.HasSuffix(w.Body.String(), `}],"next":"n","truncated":true}`) {
			t.Errorf("%s: %d %s\n%+v", url, w.Code, w.Body, r.asked)
		}
	}
	r.page = schemas.Orders{}
	if w := ask1(h, "/v1/orders"); w.Body.String() != `{"orders":[],"next":null,"truncated":false}` {
		t.Error(w.Body)
	}
}

// What an installation does not keep, it does not serve.
func TestWithoutOrdersAndMembers(t *testing.T) {
	h := handler(t, Config{}, &store{}, Nobody{})
	for _, url := range []string{"/v1/orders", "/v1/orders/7", "/v1/members/M1", "/v1/members/M1/counts", "/v1/members/M1/levels"} {
		if w := ask1(h, url); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", url, w.Code)
		}
	}
	keys, err := apikeys.New(apikeys.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{}, Deps{Drivers: &store{}, Area: &city{}, Members: &registry{}, Keys: keys, Observer: Nobody{}}); err == nil {
		t.Error("members without rules were accepted")
	}
}
