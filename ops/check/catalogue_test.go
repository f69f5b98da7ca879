package check

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// family is one metric of the catalogue that ops/opstest takes from the code.
type family struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Labels []string `json:"labels"`
}

// targetLabels are put on every series by the scrape.
func targetLabels() []string { return []string{"job", "instance", "role"} }

// catalogue has, for each name that a query may use, its labels.
type catalogue map[string][]string

// known reads the code's metrics and adds what the rules record.
func known(t *testing.T) catalogue {
	t.Helper()
	names := catalogue{"up": targetLabels()}
	lines := bufio.NewScanner(bytes.NewReader(read(t, "../opstest/testdata/metrics.json")))
	for lines.Scan() {
		var f family
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		all := append(targetLabels(), f.Labels...)
		switch f.Type {
		case "HISTOGRAM":
			names[f.Name+"_sum"], names[f.Name+"_count"] = all, all
			names[f.Name+"_bucket"] = append(slices.Clone(all), "le")
		case "SUMMARY":
			names[f.Name+"_sum"], names[f.Name+"_count"] = all, all
			names[f.Name] = append(slices.Clone(all), "quantile")
		default:
			names[f.Name] = all
		}
	}
	if len(names) < 50 {
		t.Fatalf("the catalogue has only %d names", len(names))
	}
	for _, group := range ruleGroups(t).Groups {
		for i := range group.Rules {
			if rule := &group.Rules[i]; rule.Record != "" {
				names[rule.Record] = grouping(t, rule.Expr)
			}
		}
	}
	return names
}

// grouping are the labels that an expression's outermost aggregation keeps.
func grouping(t *testing.T, expr string) []string {
	t.Helper()
	var found []string
	parser.Inspect(parse(t, expr), func(node parser.Node, _ []parser.Node) error {
		if aggregate, ok := node.(*parser.AggregateExpr); ok && found == nil {
			found = aggregate.Grouping
		}
		return nil
	})
	return found
}

// complaints are the names and labels of an expression that nothing has.
func (c catalogue) complaints(t *testing.T, expr string) []string {
	t.Helper()
	var found []string
	available := map[string]bool{}
	tree := parse(t, expr)
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		allowed, there := c[selector.Name]
		if !there {
			found = append(found, "no such metric: "+selector.Name)
		}
		for _, label := range allowed {
			available[label] = true
		}
		for _, matcher := range selector.LabelMatchers {
			if there && matcher.Name != model.MetricNameLabel && !slices.Contains(allowed, matcher.Name) {
				found = append(found, fmt.Sprintf("%s has no label %s", selector.Name, matcher.Name))
			}
		}
		return nil
	})
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		if aggregate, ok := node.(*parser.AggregateExpr); ok {
			for _, label := range aggregate.Grouping {
				if !available[label] {
					found = append(found, fmt.Sprintf("grouped by %s, which nothing here has", label))
				}
			}
		}
		return nil
	})
	return found
}

func parse(t *testing.T, expr string) parser.Expr {
	t.Helper()
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return tree
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The catalogue's own test: each planted mistake is found.
func TestCatalogueFindsMistakes(t *testing.T) {
	names := known(t)
	cases := map[string]string{
		`sum by (pipeline) (sluice_lag_records)`:             "",
		`sluice_lag`:                                         "no such metric: sluice_lag",
		`sluice_lag_records{shard="1"}`:                      "has no label shard",
		`sum by (topic) (rate(sluice_retries_total[5m]))`:    "grouped by topic",
		`sluice_batch_seconds`:                               "no such metric",
		`histogram_quantile(0.9, sluice_batch_bytes_bucket)`: "",
		`sluice:lag_records:sum{partition="3"}`:              "has no label partition",
	}
	for expr, want := range cases {
		found := strings.Join(names.complaints(t, expr), "; ")
		if (want == "") != (found == "") || !strings.Contains(found, want) {
			t.Errorf("%s: found %q, want %q", expr, found, want)
		}
	}
}
