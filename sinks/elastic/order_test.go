package elastic

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

func scriptedReader(t *testing.T) (*sinkstest.Scripted, *Reader) {
	t.Helper()
	server := sinkstest.NewScripted(t)
	return server, newReader(t, Config{URLs: []string{server.URL()}, IndexPrefix: "p-"})
}

func TestASearchSeesAnOrderOnceItKnowsTheWrite(t *testing.T) {
	server, r := scriptedReader(t)
	created, completed := told(schemas.OrderEvent{Type: schemas.OrderCreated, At: 5}), told(schemas.OrderEvent{Type: schemas.OrderCompleted, At: 9})
	for name, c := range map[string]struct {
		hits string
		want bool
	}{
		"nothing":            {``, false},
		"the order before":   {`{"_version":1,"_source":` + string(created.Body) + `}`, false},
		"what was written":   {`{"_version":1,"_source":` + string(completed.Body) + `}`, true},
		"more than that":     {`{"_version":1,"_source":` + strings.Replace(string(completed.Body), `"ts"`, `"city":"x","citySaid":1,"ts"`, 1) + `}`, true},
		"an order no longer": {`{"_version":1,"_source":{}}`, false},
	} {
		server.Answer("POST /p-"+completed.Target+"/_search", sinkstest.Answer{Status: http.StatusOK, Body: `{"hits":{"hits":[` + c.hits + `]}}`})
		if got, err := r.Sees(t.Context(), completed); got != c.want || (err != nil) != (name == "an order no longer") {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestAPageOfOrdersSaysWhetherThereIsMore(t *testing.T) {
	server, r := scriptedReader(t)
	const search = "POST /p-orders/_search"
	answer := func(n int) {
		var hits []string
		for i := range n {
			hits = append(hits, fmt.Sprintf(`{"_source":{"orderId":%d,"memberId":"M1"},"sort":[%d]}`, 90-i, 90-i))
		}
		server.Answer(search, sinkstest.Answer{Status: http.StatusOK, Body: `{"hits":{"hits":[` + strings.Join(hits, ",") + `]}}`})
	}
	for n, want := range map[int]string{0: "", 1: "", 2: "", 3: schemas.OrderStep(89).Cursor()} {
		answer(n)
		page, err := r.Orders(t.Context(), schemas.OrdersQuery{Limit: 2})
		if err != nil || len(page.Orders) != min(n, 2) || page.Next != want {
			t.Errorf("of %d: %+v, %v", n, page, err)
		}
	}
	for body, want := range map[string]error{
		`{"timed_out":true,"hits":{"hits":[]}}`: schemas.ErrUnavailable, `{"_shards":{"failed":1},"hits":{"hits":[]}}`: schemas.ErrUnavailable, `<html>`: schemas.ErrUnavailable,
	} {
		server.Answer(search, sinkstest.Answer{Status: http.StatusOK, Body: body})
		if _, err := r.Orders(t.Context(), schemas.OrdersQuery{Limit: 2}); !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
	}
	asked := len(server.Requests())
	if _, err := r.Orders(t.Context(), schemas.OrdersQuery{Limit: 2, Cursor: "x"}); !errors.Is(err, schemas.ErrBadCursor) || len(server.Requests()) != asked {
		t.Errorf("a bad cursor: %v", err)
	}
}

func TestAnOrderThatCannotBeReadIsNotMissing(t *testing.T) {
	server, r := scriptedReader(t)
	for body, want := range map[string]error{
		`{"docs":[{"found":false}]}`:                                          schemas.ErrNotFound,
		`{"docs":[{"error":{"type":"index_not_found_exception"}}]}`:           schemas.ErrNotFound,
		`{"docs":[{"error":{"type":"no_shard_available_action_exception"}}]}`: schemas.ErrUnavailable,
		`{"docs":[]}`: schemas.ErrUnavailable,
	} {
		server.Answer("POST /_mget", sinkstest.Answer{Status: http.StatusOK, Body: body})
		if _, err := r.Order(t.Context(), anOrder); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", body, err, want)
		}
	}
	server.Answer("POST /_mget", sinkstest.Answer{Status: http.StatusServiceUnavailable})
	if _, err := r.Order(t.Context(), anOrder); !errors.Is(err, schemas.ErrUnavailable) {
		t.Errorf("503: %v", err)
	}
}
