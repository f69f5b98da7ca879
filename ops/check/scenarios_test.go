package check

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// scenario is what one installation's metrics do for two hours: the healthy series, some of them replaced.
type scenario struct {
	Name   string            `json:"name"`
	Series map[string]string `json:"series"` // series -> values a minute, in Prometheus' notation for tests; "_" removes it
	Fires  map[string]string `json:"fires"`  // alert -> how soon it must fire; nothing else may
	Stays  []string          `json:"stays"`  // alerts that fire at the end, whenever they began; they may, too
}

// A scenario begins to differ an hour after the healthy begin, and lasts as long again.
const lasts = 2 * time.Hour

func scenarios(t *testing.T) (healthy map[string]string, all []scenario) {
	t.Helper()
	var file struct {
		Healthy   map[string]string `json:"healthy"`
		Scenarios []scenario        `json:"scenarios"`
	}
	if err := yaml.UnmarshalStrict(read(t, "testdata/scenarios.yml"), &file); err != nil {
		t.Fatal(err)
	}
	return file.Healthy, file.Scenarios
}

// load expands the values of every series, a minute apart.
func load(t *testing.T, notation map[string]string, begin time.Time) *series {
	t.Helper()
	data := newSeries()
	for metric, values := range notation {
		l, sequence, err := parser.NewParser(parser.Options{}).ParseSeriesDesc(metric + " " + values)
		if err != nil {
			t.Fatalf("%s %s: %v", metric, values, err)
		}
		for minute, value := range sequence {
			if !value.Omitted {
				data.add(l, begin.Add(time.Duration(minute)*time.Minute), value.Value)
			}
		}
	}
	return data
}

func TestAHealthyInstallationRaisesNoAlarm(t *testing.T) {
	healthy, _ := scenarios(t)
	begin := time.Unix(1_790_000_000, 0)
	for _, alarm := range newEvaluator(t).run(t, load(t, healthy, begin), begin, lasts) {
		t.Error(alarm)
	}
}

func TestEachAlertFiresOnItsScenario(t *testing.T) {
	healthy, all := scenarios(t)
	evaluator := newEvaluator(t)
	tried := map[string]bool{}
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			notation := maps.Clone(healthy)
			for metric := range s.Series {
				if _, replaces := healthy[metric]; !replaces {
					checkNew(t, metric)
				}
			}
			maps.Copy(notation, s.Series)
			begin := time.Unix(1_790_000_000, 0)
			found := evaluator.run(t, load(t, notation, begin), begin, lasts)
			for name, within := range s.Fires {
				tried[name] = true
				soon, err := time.ParseDuration(within)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(found, func(f fired) bool { return f.name == name && f.since >= time.Hour && f.since <= time.Hour+soon }) {
					t.Errorf("%s did not fire within %s; these did: %v", name, within, found)
				}
			}
			for _, name := range s.Stays {
				if !slices.ContainsFunc(found, func(f fired) bool { return f.name == name && !f.over }) {
					t.Errorf("%s does not fire at the end; these did: %v", name, found)
				}
			}
			for _, f := range found {
				t.Log(f)
				if _, wanted := s.Fires[f.name]; !wanted && !slices.Contains(s.Stays, f.name) {
					t.Errorf("not wanted here: %s", f)
				}
			}
		})
	}
	for name := range alerts(t) {
		if !tried[name] {
			t.Errorf("no scenario makes %s fire", name)
		}
	}
}

// checkNew makes sure that a scenario's additional series is one that the code can have.
func checkNew(t *testing.T, metric string) {
	t.Helper()
	l, err := parser.NewParser(parser.Options{}).ParseMetric(metric)
	if err != nil {
		t.Fatal(err)
	}
	names := known(t)
	allowed, there := names[l.Get(model.MetricNameLabel)]
	if !there {
		t.Errorf("no such metric: %s", metric)
	}
	l.Range(func(label labels.Label) {
		if label.Name != model.MetricNameLabel && !slices.Contains(allowed, label.Name) {
			t.Errorf("%s has no label %s", metric, label.Name)
		}
	})
}
