package elastic

import (
	"net/http"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

func TestGoldenInspection(t *testing.T) {
	server := sinkstest.NewScripted(t)
	look, err := NewInspector(Config{URLs: []string{server.URL()}, IndexPrefix: "p-"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(look.Close)
	templates, err := schemas.Templates("p-", schemas.TemplateOptions{Shards: 2, Replicas: 1, Refresh: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range []string{
		"GET /_nodes/http", "GET /_nodes/stats/fs,thread_pool", "GET /_cluster/health", "GET /_cluster/settings",
		"GET /p-positions", "GET /p-pings-*", "GET /p-orders-*", "POST /_security/user/_has_privileges",
	} {
		server.Answer(request, sinkstest.Answer{Status: http.StatusOK, Body: `{}`})
	}
	_, err1 := look.Nodes(t.Context())
	_, err2 := look.Health(t.Context())
	_, err3 := look.Limits(t.Context())
	_, err4 := look.Indices(t.Context(), templates)
	_, _, err5 := look.Rights(t.Context())
	for i, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			t.Errorf("question %d: %v", i+1, err)
		}
	}
	golden(t, "inspection.txt", sent(server))
}

func TestGoldenViews(t *testing.T) {
	server := sinkstest.NewScripted(t)
	r := newReader(t, Config{URLs: []string{server.URL()}, IndexPrefix: "p-"})
	for _, request := range []string{
		"POST /p-positions/_refresh", "POST /p-positions/_pit", "POST /p-pings/_refresh", "POST /p-pings/_pit", "POST /p-orders/_refresh", "POST /p-orders/_pit",
		"POST /_search", "POST /p-orders/_search", "DELETE /_pit", "POST /p-pings-*/_refresh", "POST /p-pings-2026.09.21/_search", "POST /p-pings/_count",
	} {
		server.Answer(request, sinkstest.Answer{Status: http.StatusOK, Body: `{"id":"v1","pit_id":"v2"}`})
	}
	document := func(schemas.Document) error { return nil }
	fact := func(*schemas.OrderFact) error { return nil }
	err1 := r.Documents(t.Context(), schemas.DocumentsQuery{Family: schemas.PositionsIndex, DriverPrefix: "D1"}, document)
	err2 := r.Documents(t.Context(), schemas.DocumentsQuery{Family: schemas.PingsAlias}, document)
	err3 := r.OrderFacts(t.Context(), schemas.OrderFactsQuery{Since: 5}, fact)
	err4 := r.OrderFacts(t.Context(), schemas.OrderFactsQuery{Since: 5, Member: "M1", Newest: 3, Fresh: true}, fact)
	err5 := r.Refresh(t.Context(), "pings-*")
	_, err6 := r.Count(t.Context(), "pings")
	_, err7 := r.Sees(t.Context(), pipelines.Write{Target: "pings-2026.09.21", Key: []byte("D1"), Version: 7})
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
		if err != nil {
			t.Errorf("read %d: %v", i+1, err)
		}
	}
	golden(t, "views.txt", sent(server))
}
