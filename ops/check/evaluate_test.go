package check

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/template"
)

// fired is one alert that fires: since when, and what it says.
type fired struct {
	name   string
	since  time.Duration // after the scenario's begin
	over   bool          // it fires no more at the scenario's end
	labels map[string]string
	says   []string // summary and description, as the operator reads them
}

// evaluator plays a Prometheus: rules in their order, once a minute.
type evaluator struct {
	engine *promql.Engine
	groups *rulefmt.RuleGroups
}

func newEvaluator(t *testing.T) *evaluator {
	t.Helper()
	engine := promql.NewEngine(promql.EngineOpts{
		Logger: slog.New(slog.DiscardHandler), MaxSamples: 1 << 20, Timeout: 10 * time.Second, EnableAtModifier: true,
		Parser: parser.NewParser(parser.Options{}),
	})
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return &evaluator{engine: engine, groups: ruleGroups(t)}
}

// run evaluates every minute of the scenario and returns each alert at the moment when it began to fire.
func (e *evaluator) run(t *testing.T, data *series, begin time.Time, lasts time.Duration) []fired {
	t.Helper()
	var found []fired
	active := map[string]time.Time{} // since when, by alert and labels
	firing := map[string]int{}       // where it is in found
	for at := begin; !at.After(begin.Add(lasts)); at = at.Add(time.Minute) {
		still := map[string]bool{}
		for _, group := range e.groups.Groups {
			for i := range group.Rules {
				rule := &group.Rules[i]
				for _, s := range e.ask(t, data, rule.Expr, at) {
					if rule.Record != "" {
						data.add(labels.NewBuilder(s.Metric).Set(model.MetricNameLabel, rule.Record).Labels(), at, s.F)
						continue
					}
					key := rule.Alert + s.Metric.String()
					still[key] = true
					if _, already := active[key]; !already {
						active[key] = at
					}
					if _, already := firing[key]; !already && at.Sub(active[key]) >= time.Duration(rule.For) {
						firing[key] = len(found)
						found = append(found, say(t, rule, s, at, at.Sub(begin)))
					}
				}
			}
		}
		gone := func(key string, _ time.Time) bool { return !still[key] }
		maps.DeleteFunc(active, gone)
		maps.DeleteFunc(firing, func(key string, at int) bool {
			found[at].over = !still[key]
			return !still[key]
		})
	}
	return found
}

func (e *evaluator) ask(t *testing.T, data *series, expr string, at time.Time) promql.Vector {
	t.Helper()
	query, err := e.engine.NewInstantQuery(t.Context(), data, nil, expr, at)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	defer query.Close()
	result := query.Exec(t.Context())
	if result.Err != nil {
		t.Fatalf("%s: %v", expr, result.Err)
	}
	vector, err := result.Vector()
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return append(promql.Vector{}, vector...)
}

// say fills in an alert's texts.
func say(t *testing.T, rule *rulefmt.Rule, s promql.Sample, at time.Time, since time.Duration) fired {
	t.Helper()
	f := fired{name: rule.Alert, since: since, labels: s.Metric.DropReserved(func(n string) bool { return n == model.MetricNameLabel }).Map()}
	data := template.AlertTemplateData(f.labels, nil, "", s)
	for _, annotation := range []string{"summary", "description"} {
		text := "{{$labels := .Labels}}{{$value := .Value}}" + rule.Annotations[annotation]
		expander := template.NewTemplateExpander(context.Background(), text, rule.Alert, data, model.TimeFromUnixNano(at.UnixNano()), nil, nil, []string{"missingkey=error"})
		said, err := expander.Expand()
		if err != nil {
			t.Errorf("%s: its %s: %v", rule.Alert, annotation, err)
		}
		f.says = append(f.says, said)
	}
	return f
}

// String is the alert as an operator reads it.
func (f fired) String() string {
	return fmt.Sprintf("%s after %s %v: %s. %s", f.name, f.since, f.labels, f.says[0], f.says[1])
}
