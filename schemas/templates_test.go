package schemas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"sluice/internal/stacktest"
)

func TestTemplates(t *testing.T) {
	templates, err := Templates("p-", TemplateOptions{Shards: 3, Replicas: 1, Refresh: 1500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for _, template := range templates {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, template.Body, "", "  "); err != nil {
			t.Fatal(err)
		}
		golden(t, "templates/"+template.Name+".json", append(pretty.Bytes(), '\n'))
	}
}

func TestTemplateOptionsComplainAtOnce(t *testing.T) {
	_, err := Templates("", TemplateOptions{Shards: 0, Replicas: -1, Refresh: time.Microsecond})
	for _, want := range []string{"shards", "replicas", "refresh"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

// TestMappingsKnowEveryField: mappings are strict, so a field of a document that they do
// not name would make every document poison.
func TestMappingsKnowEveryField(t *testing.T) {
	templates, err := Templates("", TemplateOptions{Shards: 1, Refresh: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, template := range templates {
		full := fullDocument()
		if template.Name == OrdersAlias {
			full = fullOrder()
		}
		var document map[string]any
		if err := json.Unmarshal(full, &document); err != nil {
			t.Fatal(err)
		}
		var body struct {
			Template struct {
				Mappings struct {
					Dynamic    string         `json:"dynamic"`
					Properties map[string]any `json:"properties"`
				} `json:"mappings"`
			} `json:"template"`
		}
		if err := json.Unmarshal(template.Body, &body); err != nil {
			t.Fatal(err)
		}
		mappings := body.Template.Mappings
		if mappings.Dynamic != "strict" || len(mappings.Properties) != len(document) {
			t.Errorf("%s: dynamic %q, %d fields for a document of %d", template.Name, mappings.Dynamic, len(mappings.Properties), len(document))
		}
		for name := range document {
			if _, ok := mappings.Properties[name]; !ok {
				t.Errorf("%s has no field %s", template.Name, name)
			}
		}
	}
}

// fullDocument is a position with every field.
func fullDocument() []byte {
	p := Ping{
		DriverID: []byte("D1"), TS: 1790000000123, Lat: 31.2304, Lon: 121.4737, Speed: 8.3, Heading: 120, Accuracy: 5,
		Status: StatusIdle, Vehicle: []byte("van"), City: []byte("上海"), Seq: 42,
	}
	return AppendPosition(nil, &p, 1789999999999, 1789999999999)
}

// TestElasticsearchTakesTemplates puts them on a real cluster and finds a document again.
func TestElasticsearchTakesTemplates(t *testing.T) {
	cluster := elastic{t, stacktest.Elastic(t)[0]}
	prefix := fmt.Sprintf("schemas-test-%d-", os.Getpid())
	templates, err := Templates(prefix, TemplateOptions{Shards: 1, Refresh: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	positions, pings, orders := prefix+PositionsIndex, prefix+PingIndex(1790000000123), prefix+OrderIndex(301885432101234567)
	t.Cleanup(func() {
		cluster.must(http.MethodDelete, positions, "")
		cluster.must(http.MethodDelete, pings, "")
		cluster.must(http.MethodDelete, orders, "")
		for _, template := range templates {
			cluster.must(http.MethodDelete, "_index_template/"+template.Name, "")
		}
	})
	for _, template := range templates {
		cluster.must(http.MethodPut, "_index_template/"+template.Name, string(template.Body))
	}
	document := string(fullDocument())
	cluster.must(http.MethodPut, positions+"/_doc/D1?refresh=true&version_type=external&version=7", document)
	cluster.must(http.MethodPut, pings+"/_create/x?refresh=true", document)
	if status, reply := cluster.ask(http.MethodPut, positions+"/_doc/D2", `{"driverId":"D2","battery":1}`); status != http.StatusBadRequest {
		t.Errorf("an unmapped field is answered with %d: %s", status, reply)
	}
	query := `{"query":{"bool":{"filter":[{"term":{"driverId":"D1"}},{"term":{"city":"上海"}},{"range":{"ts":{"gte":1789999999999,"lte":1789999999999}}},
		{"geo_distance":{"distance":"10m","location":[121.4737,31.2304]}}]}}}`
	for _, target := range []string{positions, prefix + PingsAlias} {
		reply := cluster.must(http.MethodGet, target+"/_search?filter_path=hits.total.value", query)
		if !strings.Contains(reply, `"value":1`) {
			t.Errorf("%s: %s", target, reply)
		}
	}
	cluster.must(http.MethodPut, orders+"/_create/301885432101234567?refresh=true", string(fullOrder()))
	query = `{"query":{"bool":{"filter":[{"term":{"memberId":"M1"}},{"term":{"orderId":301885432101234567}},{"match_phrase":{"text":"Sofas"}},{"match_phrase":{"text":"三楼"}}]}}}`
	if reply := cluster.must(http.MethodGet, prefix+OrdersAlias+"/_search?filter_path=hits.total.value", query); !strings.Contains(reply, `"value":1`) {
		t.Errorf("orders: %s", reply)
	}
}

// fullOrder is an order with every field.
func fullOrder() []byte {
	amount := int64(3800)
	return AppendOrder(nil, &Order{
		OrderID: 301885432101234567, MemberID: "M1", DriverID: "D1", Type: "refunded", TS: 1, CreatedAt: 1, CompletedAt: 2, CancelledAt: 3, RefundedAt: 4,
		Amount: &amount, City: "上海", Text: "two sofas, 三楼", MemberSaid: 1, DriverSaid: 1, AmountSaid: 1, CitySaid: 1, TextSaid: 1,
	})
}

// elastic asks a real cluster.
type elastic struct {
	t   *testing.T
	url string
}

func (e elastic) must(method, path, body string) string {
	e.t.Helper()
	status, reply := e.ask(method, path, body)
	if status >= http.StatusMultipleChoices {
		e.t.Errorf("%s %s: %d %s", method, path, status, reply)
	}
	return reply
}

func (e elastic) ask(method, path, body string) (int, string) {
	e.t.Helper()
	request, err := http.NewRequest(method, e.url+"/"+path, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	reply, err := io.ReadAll(response.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return response.StatusCode, string(reply)
}
