package elastic

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

func TestFactsOfOrdersAreReadFromColumns(t *testing.T) {
	server, r := scriptedReader(t)
	server.Answer("POST /p-orders/_refresh", sinkstest.Answer{Status: http.StatusOK, Body: `{}`})
	server.Answer("POST /p-orders/_pit", sinkstest.Answer{Status: http.StatusOK, Body: `{"id":"view"}`})
	server.Answer("DELETE /_pit", sinkstest.Answer{Status: http.StatusOK, Body: `{}`})
	whole := `{"sort":[1],"fields":{"orderId":[7],"memberId":["M1"],"completedAt":["1790000000123"]}},` +
		`{"sort":[2],"fields":{"orderId":[9223372036854775807],"memberId":["M2"],"cancelledAt":["5"],"refundedAt":["9"]}}`
	for hits, want := range map[string][]string{
		"":                                      {},
		whole:                                   {"M1 7 completed 1790000000123 void 0", "M2 9223372036854775807 completed 0 void 9"},
		`{"sort":[1],"fields":{"orderId":[7]}}`: nil,
		`{"sort":[1],"fields":{"orderId":[7],"memberId":["M"],"completedAt":["x"]}}`: nil,
	} {
		body := `{"pit_id":"view","timed_out":false,"_shards":{"failed":0},"hits":{"hits":[` + hits + `]}}`
		server.Answer("POST /_search", sinkstest.Answer{Status: http.StatusOK, Body: body})
		server.Answer("POST /p-orders/_search", sinkstest.Answer{Status: http.StatusOK, Body: body})
		for _, q := range []schemas.OrderFactsQuery{{}, {Member: "M1"}, {Member: "M1", Fresh: true}, {Newest: 5}} {
			got := []string{}
			err := r.OrderFacts(t.Context(), q, func(f *schemas.OrderFact) error {
				got = append(got, fmt.Sprintf("%s %d completed %d void %d", f.Member, f.OrderID, f.CompletedAt, f.VoidAt))
				return nil
			})
			if want == nil && !errors.Is(err, schemas.ErrUnavailable) || want != nil && (err != nil || !slices.Equal(got, want)) {
				t.Errorf("%+v: %q, %v", q, got, err)
			}
		}
	}
	for _, broken := range []string{`{"timed_out":true}`, `{"_shards":{"failed":1}}`} {
		server.Answer("POST /_search", sinkstest.Answer{Status: http.StatusOK, Body: broken})
		if err := r.OrderFacts(t.Context(), schemas.OrderFactsQuery{}, nil); !errors.Is(err, schemas.ErrUnavailable) {
			t.Errorf("%s: %v", broken, err)
		}
	}
}
