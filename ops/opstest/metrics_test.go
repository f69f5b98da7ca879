package opstest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

var update = flag.Bool("update", false, "write the golden files anew")

// family is one metric as a query meets it.
type family struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Labels []string `json:"labels,omitempty"`
}

// testdata/metrics.json lists every metric of a process with its type and labels, as the code registers
// it; ops/check holds dashboards, rules and runbooks to it.
func TestCatalogueOfMetricsIsTheCodes(t *testing.T) {
	reg := registry(t)
	found := gather(t, reg)
	for _, name := range described(reg) {
		if !slices.ContainsFunc(found, func(f family) bool { return f.Name == name }) {
			t.Errorf("%s is registered, but nothing was told to it here: its labels are not known", name)
		}
	}
	var text bytes.Buffer
	for _, f := range found {
		line, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(append(line, '\n'))
	}
	const golden = "testdata/metrics.json"
	if *update {
		if err := os.WriteFile(golden, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, text.Bytes()) {
		t.Errorf("the metrics are not those of %s; look at the difference after `go test ./ops/opstest -update`", golden)
	}
}

func gather(t *testing.T, reg *prometheus.Registry) []family {
	t.Helper()
	gathered, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var found []family
	for _, g := range gathered {
		f := family{Name: g.GetName(), Type: g.GetType().String()}
		for _, metric := range g.GetMetric() {
			for _, pair := range metric.GetLabel() {
				if !slices.Contains(f.Labels, pair.GetName()) {
					f.Labels = append(f.Labels, pair.GetName())
				}
			}
		}
		found = append(found, f)
	}
	return found
}
