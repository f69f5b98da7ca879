package arrows_test

import (
	"slices"
	"strings"
	"testing"
)

func TestProductKeepsTheImportLaw(t *testing.T) {
	t.Parallel()
	product := load(t)
	if len(product.ours()) < 10 {
		t.Fatalf("go list knows only %v: this test would pass for nothing", product.ours())
	}
	for _, violation := range product.violations(rooms(), libraries()) {
		t.Error(violation)
	}
}

// Each case plants one import into a lawful product; exactly its breach must be reported.
func TestLawFindsPlantedViolations(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		plant [2]string // importer, imported
		want  []string  // parts of the one report
	}{
		"path meets a stream":        {[2]string{"sluice/pipelines", "sluice/pipelines/gps"}, []string{"pipelines -> pipelines/gps"}},
		"path meets a library":       {[2]string{"sluice/pipelines", "golang.org/x/sync/errgroup"}, []string{"standard library only"}},
		"stream meets a sink":        {[2]string{"sluice/pipelines/gps", "sluice/sinks/nop"}, []string{"pipelines/gps -> sinks/nop"}},
		"sinks are strangers":        {[2]string{"sluice/sinks/nop", "sluice/sinks/elastic"}, []string{"sinks/nop -> sinks/elastic"}},
		"gateway meets sarama":       {[2]string{"sluice/internal/gateway", "github.com/IBM/sarama"}, []string{"sluice/internal/gateway -> github.com/IBM/sarama"}},
		"gateway through a friend":   {[2]string{"sluice/internal/problem", "github.com/elastic/go-elasticsearch/v8/esapi"}, []string{"sluice/internal/problem -> github.com/elastic", "sluice/internal/gateway -> sluice/internal/problem -> github.com/elastic"}},
		"zap outside telemetry":      {[2]string{"sluice/internal/kafka", "go.uber.org/zap/zapcore"}, []string{"go.uber.org/zap is at home in"}},
		"command imports a client":   {[2]string{"sluice/cmd/sluice", "github.com/IBM/sarama"}, []string{"sluice/cmd/sluice -> github.com/IBM/sarama"}},
		"a new package has no room":  {[2]string{"sluice/internal/misc", "strings"}, []string{"internal/misc has no room"}},
		"the binary carries testing": {[2]string{"sluice/cmd/sluice", "sluice/internal/stacktest"}, []string{"sluice/internal/stacktest -> testing"}},
	}
	for name, planted := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			product := lawful()
			if found := product.violations(rooms(), libraries()); len(found) > 0 {
				t.Fatalf("before planting: %v", found)
			}
			product[planted.plant[0]] = append(product[planted.plant[0]], planted.plant[1])
			found := product.violations(rooms(), libraries())
			if len(found) != len(planted.want) {
				t.Fatalf("want %d reports, found %q", len(planted.want), found)
			}
			for _, want := range planted.want {
				if !slices.ContainsFunc(found, func(report string) bool { return strings.Contains(report, want) }) {
					t.Errorf("no report has %q: %q", want, found)
				}
			}
		})
	}
}

// lawful is a small product that keeps the law.
func lawful() graph {
	return graph{
		"sluice/schemas":            {"time"},
		"sluice/pipelines":          {"context"},
		"sluice/pipelines/gps":      {"sluice/pipelines", "sluice/schemas"},
		"sluice/sinks/nop":          {"sluice/pipelines"},
		"sluice/sinks/elastic":      {"sluice/pipelines"},
		"sluice/internal/problem":   {"net/http"},
		"sluice/internal/gateway":   {"sluice/internal/problem", "sluice/schemas"},
		"sluice/internal/kafka":     {"sluice/pipelines", "github.com/IBM/sarama"},
		"sluice/internal/stacktest": {"testing"},
		"sluice/cmd/sluice":         {"sluice/internal/gateway", "sluice/internal/kafka", "go.uber.org/zap"},
	}
}
