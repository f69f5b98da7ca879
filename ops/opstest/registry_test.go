package opstest

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/schemas"
)

// registry has every observer of a process, each told of everything once, so that every series is there.
func registry(t *testing.T) *prometheus.Registry {
	t.Helper()
	reg, err := telemetry.NewRegistry(telemetry.Build{Version: "v1", Revision: "abc", Go: "go1"})
	if err != nil {
		t.Fatal(err)
	}
	log := zap.NewNop()
	for _, tell := range tellers() {
		if err := tell(reg, log); err != nil {
			t.Fatal(err)
		}
	}
	return reg
}

// tellers builds each observer by the name of its constructor.
func tellers() map[string]func(prometheus.Registerer, *zap.Logger) error {
	failure := errors.New("away")
	return map[string]func(prometheus.Registerer, *zap.Logger) error{
		"NewHTTP": func(reg prometheus.Registerer, log *zap.Logger) error {
			h, err := telemetry.NewHTTP(reg, log)
			h.Served("POST", "/v1/pings", 202, time.Millisecond, 100, 20)
			h.Panicked("/v1/pings", nil)
			return err
		},
		"NewGateway": func(reg prometheus.Registerer, log *zap.Logger) error {
			g, err := telemetry.NewGateway(reg, log)
			g.Accepted("driver.pings", 1)
			g.Rejected("driver.pings", "missing", 1)
			g.PublishFailed("driver.pings", 1, failure)
			return err
		},
		"NewQuery": func(reg prometheus.Registerer, log *zap.Logger) error {
			q, err := telemetry.NewQuery(reg, log)
			q.QueryFailed("/v1/drivers/nearby", failure)
			return err
		},
		"NewStore": func(reg prometheus.Registerer, log *zap.Logger) error {
			s, err := telemetry.NewStore("gps-live", nil, reg, log)
			s.Requested(429, 1, time.Millisecond)
			return err
		},
		"NewTracer": func(reg prometheus.Registerer, log *zap.Logger) error {
			_, err := telemetry.NewTracer(telemetry.TraceConfig{Endpoint: "http://127.0.0.1:4318/v1/traces"}, telemetry.Build{}, reg, log)
			return err
		},
		"NewGroup": func(reg prometheus.Registerer, log *zap.Logger) error {
			g, err := telemetry.NewGroup("gps-live", reg, log)
			g.GroupSkipped(pipelines.Partition{Topic: "driver.pings", ID: 3}, 1, 2, "damaged", failure)
			return err
		},
		"NewLevels": func(reg prometheus.Registerer, log *zap.Logger) error {
			l, err := telemetry.NewLevels(reg, log)
			l.Applied(1, schemas.LevelTally{schemas.LevelComplete: 1}, 1, time.Millisecond)
			l.Lost(pipelines.Partition{Topic: "order.events", ID: 3}, 1, 1, "lost")
			return err
		},
		"NewRelay": func(reg prometheus.Registerer, log *zap.Logger) error {
			r, err := telemetry.NewRelay(reg, log)
			r.RelayPublished("member.levels", time.Millisecond)
			r.RelayFailed("member.levels", "too_large", failure)
			return err
		},
		"NewJobs": func(reg prometheus.Registerer, log *zap.Logger) error {
			j, err := telemetry.NewJobs(reg, log)
			j.JobDid("tick", 1)
			j.JobFailed("turn", failure)
			return err
		},
		"NewReconcile": func(reg prometheus.Registerer, log *zap.Logger) error {
			r, err := telemetry.NewReconcile(reg, log)
			r.Drifted("missing", false, "missing")
			r.Ended(false, 1, 1, "drift", nil)
			return err
		},
		"NewBroker": func(reg prometheus.Registerer, log *zap.Logger) error {
			_, err := telemetry.NewBroker(reg, log)
			return err
		},
		"NewCity": func(reg prometheus.Registerer, log *zap.Logger) error {
			c, err := telemetry.NewCity(reg, log)
			c.Posted("pings", 1)
			return err
		},
		"NewPipeline": func(reg prometheus.Registerer, log *zap.Logger) error {
			p, err := telemetry.NewPipeline(telemetry.PipelineConfig{Name: "gps-live"}, reg, log)
			if err != nil {
				return err
			}
			part := pipelines.Partition{Topic: "driver.pings", ID: 3}
			p.Noted(part, pipelines.Event{Kind: pipelines.Assigned, Stage: pipelines.StageSource})
			p.Noted(part, pipelines.Event{Kind: pipelines.Retrying, Stage: pipelines.StageSink, N: 1, Reason: "status_429"})
			p.Noted(part, pipelines.Event{Kind: pipelines.Committed, Stage: pipelines.StageCommit, N: 1, Value: 1})
			p.Settled(part, pipelines.Poison, "missing", 1)
			p.Wrote(part, pipelines.Attempt{Writes: 1})
			return nil
		},
	}
}

// Whoever adds an observer tells it something above, else its metrics are in no catalogue.
func TestEveryObserverIsInTheCatalogue(t *testing.T) {
	known := tellers()
	constructors := observers(t)
	if len(constructors) < 6 {
		t.Fatalf("found only %v: this test would pass for nothing", constructors)
	}
	for _, name := range constructors {
		if known[name] == nil {
			t.Errorf("telemetry.%s registers metrics, and tellers (registry_test.go) does not build it", name)
		}
	}
}

// observers are the exported functions of internal/telemetry that take a registerer.
func observers(t *testing.T) []string {
	t.Helper()
	var found []string
	files := token.NewFileSet()
	dir := os.DirFS("../../internal/telemetry")
	names, err := fs.Glob(dir, "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		source, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			function, ok := declared.(*ast.FuncDecl)
			if ok && function.Recv == nil && function.Name.IsExported() && takesRegisterer(function) && !strings.HasSuffix(name, "_test.go") {
				found = append(found, function.Name.Name)
			}
		}
	}
	return found
}

func takesRegisterer(function *ast.FuncDecl) bool {
	for _, field := range function.Type.Params.List {
		if selector, ok := field.Type.(*ast.SelectorExpr); ok && selector.Sel.Name == "Registerer" {
			return true
		}
	}
	return false
}

// described are the names of ours that a registry knows of, told or not.
func described(reg *prometheus.Registry) []string {
	descriptions := make(chan *prometheus.Desc)
	go func() {
		reg.Describe(descriptions)
		close(descriptions)
	}()
	name := regexp.MustCompile(`fqName: "(sluice_[a-z_]+)"`)
	var found []string
	for d := range descriptions {
		if match := name.FindStringSubmatch(d.String()); match != nil {
			found = append(found, match[1])
		}
	}
	return found
}
