package elastic

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"sluice/schemas"
)

// answering is a cluster that gives one answer to everything.
func answering(t *testing.T, status int, body string) *Inspector {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // a client that has gone fails the test by itself
	}))
	t.Cleanup(server.Close)
	look, err := NewInspector(Config{URLs: []string{server.URL}, IndexPrefix: "p-"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(look.Close)
	return look
}

func TestInspectNodes(t *testing.T) {
	ahead := time.Now().Add(time.Minute).UnixMilli()
	nodes, err := answering(t, http.StatusOK, fmt.Sprintf(`{"nodes":{"b":{"name":"n2"},"a":{"name":"n1","version":"8.19.5","http":{"max_content_length_in_bytes":5},
		"timestamp":%d,"fs":{"total":{"total_in_bytes":9,"available_in_bytes":3}},"thread_pool":{"write":{"rejected":7}}}}}`, ahead)).Nodes(t.Context())
	if err != nil || len(nodes) != 2 {
		t.Fatalf("%+v, %v", nodes, err)
	}
	n := nodes[0]
	if n.Name != "n1" || n.Version != "8.19.5" || n.MaxContentLength != 5 || n.Total != 9 || n.Available != 3 || n.WriteRejected != 7 ||
		n.ClockAhead < 55*time.Second || n.ClockAhead > time.Minute || nodes[1].ClockAhead != 0 {
		t.Errorf("%+v", nodes)
	}
}

func TestInspectLimits(t *testing.T) {
	limits, err := answering(t, http.StatusOK, `{"transient":{"cluster":{"max_shards_per_node":"7"}},"persistent":{"cluster":{"blocks":{"read_only":"true"},"max_shards_per_node":"5"}},
		"defaults":{"cluster":{"routing":{"allocation":{"disk":{"threshold_enabled":"true","watermark":{"flood_stage":"95%"}}}}}}}`).Limits(t.Context())
	if err != nil || limits != (Limits{MaxShardsPerNode: 7, Watermarks: true, FloodStage: "95%", ReadOnly: true}) {
		t.Errorf("%+v, %v", limits, err)
	}
}

func TestInspectRights(t *testing.T) {
	missing, known, err := answering(t, http.StatusOK, `{"cluster":{"monitor":true,"manage_index_templates":false},"index":{"p-positions":{"read":true,"write":false}}}`).Rights(t.Context())
	if err != nil || !known || fmt.Sprint(missing) != "[cluster: manage_index_templates p-positions: write]" {
		t.Errorf("%q, %t, %v", missing, known, err)
	}
	if _, known, err := answering(t, http.StatusBadRequest, `{}`).Rights(t.Context()); known || err != nil {
		t.Errorf("a cluster without security: %t, %v", known, err)
	}
	_, _, err = answering(t, http.StatusUnauthorized, `{}`).Rights(t.Context())
	if unknown, forbidden := Denied(err); !unknown || forbidden {
		t.Errorf("401: %t, %t, %v", unknown, forbidden, err)
	}
	_, err = answering(t, http.StatusForbidden, `{}`).Health(t.Context())
	if unknown, forbidden := Denied(err); unknown || !forbidden {
		t.Errorf("403: %t, %t, %v", unknown, forbidden, err)
	}
}

func TestInspectIndicesOnElasticsearch(t *testing.T) {
	cfg := onReal(t)
	options := schemas.TemplateOptions{Shards: 1, Refresh: time.Second}
	prepare(t, cfg, options)
	look, err := NewInspector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(look.Close)
	templates, err := schemas.Templates(cfg.IndexPrefix, options)
	if err != nil {
		t.Fatal(err)
	}
	indices, err := look.Indices(t.Context(), templates)
	if err != nil || len(indices) != 1 || indices[0].Name != cfg.IndexPrefix+"positions" || indices[0].Differs != nil || indices[0].Replicas != "0" {
		t.Fatalf("%+v, %v", indices, err)
	}
	block := esapi.IndicesPutSettingsRequest{Index: []string{indices[0].Name}, Body: strings.NewReader(`{"index.blocks.write":true}`)}
	if err := look.client.ask(t.Context(), block, nil); err != nil {
		t.Fatal(err)
	}
	if indices, err = look.Indices(t.Context(), templates); err != nil || fmt.Sprint(indices[0].Blocks) != "[write]" {
		t.Errorf("%+v, %v", indices, err)
	}
	if health, err := look.Health(t.Context()); err != nil || health.DataNodes < 1 || health.ActiveShards < 1 {
		t.Errorf("%+v, %v", health, err)
	}
	if nodes, err := look.Nodes(t.Context()); err != nil || nodes[0].ClockAhead.Abs() > nodes[0].ClockError+time.Second {
		t.Errorf("%+v, %v", nodes, err)
	}
}
