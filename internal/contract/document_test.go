package contract

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"sluice/internal/gateway"
	"sluice/internal/httpserver"
	"sluice/internal/progress"
	"sluice/internal/query"
	"sluice/schemas/rules"
)

func load(t *testing.T) *openapi3.T {
	t.Helper()
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromFile("../../schemas/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDocumentIsValid(t *testing.T) {
	doc := load(t)
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
}

// documented are the operations, as "GET /v1/…".
func documented(doc *openapi3.T) []string {
	var all []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			all = append(all, method+" "+path)
		}
	}
	sort.Strings(all)
	return all
}

func TestRoutesAndDocumentAgree(t *testing.T) {
	world := newWorld(t, nil)
	var served []string
	for _, r := range world.routes {
		served = append(served, r.Method+" "+r.Path)
	}
	sort.Strings(served)
	if doc := documented(load(t)); !slices.Equal(doc, served) {
		t.Fatalf("the document has\n%s\nthe servers have\n%s", strings.Join(doc, "\n"), strings.Join(served, "\n"))
	}
}

func TestProblemCodesAreDocumented(t *testing.T) {
	doc := load(t)
	for _, name := range []string{"Problem", "Error"} {
		if n := len(doc.Components.Schemas[name].Value.Properties["code"].Value.Enum); n < 10 {
			t.Errorf("%s documents %d codes: answers could hold any other", name, n)
		}
	}
}

// judge checks one answer against the document.
func judge(t *testing.T, op *openapi3.Operation, w *httptest.ResponseRecorder) {
	t.Helper()
	described := op.Responses.Value(strconv.Itoa(w.Code))
	if described == nil {
		t.Fatalf("status %d is not in the document", w.Code)
	}
	if w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Error("X-Content-Type-Options is not nosniff")
	}
	for name := range described.Value.Headers {
		if w.Header().Get(name) == "" {
			t.Errorf("the header %s is documented and missing", name)
		}
	}
	if seconds := w.Header().Get("Retry-After"); seconds != "" {
		if n, err := strconv.Atoi(seconds); err != nil || n < 1 {
			t.Errorf("Retry-After is %q", seconds)
		}
	}
	media := described.Value.Content[w.Header().Get("Content-Type")]
	if media == nil {
		t.Fatalf("content type %q is not in the document", w.Header().Get("Content-Type"))
	}
	if w.Header().Get("Content-Type") == "text/event-stream" {
		return
	}
	var body any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if err := media.Schema.Value.VisitJSON(body, openapi3.VisitAsResponse(), openapi3.MultiErrors()); err != nil {
		t.Errorf("%v: %s", err, w.Body)
	}
	if doc, ok := body.(map[string]any); ok && w.Code >= http.StatusBadRequest && doc["status"] != float64(w.Code) {
		t.Errorf("status in the document is %v, on the wire %d", doc["status"], w.Code)
	}
}

// world is one process with both roles, on stores that do what they are told.
type world struct {
	routes  []httpserver.Route
	mux     *http.ServeMux
	handler http.Handler
	query   *query.Query
	ops     []httpserver.Route // of the operators' listener, as far as they are documented
}

func newWorld(t *testing.T, change func(*setup)) *world {
	t.Helper()
	s := newSetup(t)
	if change != nil {
		change(s)
	}
	keys := s.keys(t)
	g, err := gateway.New(s.gateway, gateway.Deps{Publisher: s.publisher, Keys: keys, Observer: gateway.Nobody{}})
	if err != nil {
		t.Fatal(err)
	}
	q, err := query.New(s.query, query.Deps{
		Drivers: s.drivers, Area: s.drivers, Orders: s.members, Members: s.members, Rules: rules.Default(), Keys: keys, Observer: query.Nobody{},
	})
	if err != nil {
		t.Fatal(err)
	}
	pipelines, err := progress.New(s.progress, progress.Deps{Kafka: s.kafka, Local: s.local, Relay: waiting, Keys: keys, Observer: s.kafka})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{routes: slices.Concat(g.Routes(), q.Routes(), pipelines.Routes()), query: q, ops: pipelines.OpsRoutes()}
	w.mux = httpserver.Mux(w.routes...)
	w.handler = httpserver.Observe(w.mux, httpserver.Nobody{})
	return w
}

// TestAPeersPartIsDocumented: what a process tells its peers has the shape of the whole.
func TestAPeersPartIsDocumented(t *testing.T) {
	doc, world := load(t), newWorld(t, nil)
	for _, r := range world.ops {
		w := httptest.NewRecorder()
		httpserver.Observe(httpserver.Mux(r), httpserver.Nobody{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), r.Method, r.Path, nil))
		judge(t, doc.Paths.Value(r.Path).GetOperation(r.Method), w)
		if !strings.Contains(w.Body.String(), `"process":"`) {
			t.Errorf("%s does not say who it is: %s", r.Path, w.Body)
		}
	}
	if len(world.ops) == 0 {
		t.Error("peers are told nothing")
	}
}
