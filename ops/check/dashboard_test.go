package check

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dashboard is what is asked of Grafana's form.
type dashboard struct {
	UID        string
	Panels     []panel
	Templating struct {
		List []struct{ Name, Type, Definition string }
	}
	Annotations struct {
		List []struct{ Name, Expr string }
	}
}

type panel struct {
	ID         int
	Type       string
	Title      string
	Datasource struct{ UID string }
	GridPos    struct{ H, W, X, Y int }
	Targets    []struct{ Expr string }
}

func loadDashboard(t *testing.T) dashboard {
	t.Helper()
	var d dashboard
	if err := json.Unmarshal(read(t, "../dashboards/sluice.json"), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Panels) < 30 {
		t.Fatalf("only %d panels", len(d.Panels))
	}
	return d
}

// plain puts values in the place of Grafana's variables.
func plain(expr string) string {
	return strings.NewReplacer("$__rate_interval", "1m", "$pipeline", ".*").Replace(expr)
}

func TestDashboardAsksForWhatTheCodeHas(t *testing.T) {
	names, d := known(t), loadDashboard(t)
	for _, p := range d.Panels {
		if p.Type == "row" {
			continue
		}
		if len(p.Targets) == 0 || p.Datasource.UID != "${datasource}" {
			t.Errorf("%s asks nothing, or not the chosen Prometheus", p.Title)
		}
		for _, target := range p.Targets {
			for _, complaint := range names.complaints(t, plain(target.Expr)) {
				t.Errorf("%s: %s", p.Title, complaint)
			}
		}
	}
	for _, a := range d.Annotations.List {
		for _, complaint := range names.complaints(t, plain(a.Expr)) {
			t.Errorf("%s: %s", a.Name, complaint)
		}
	}
	var variables []string
	for _, v := range d.Templating.List {
		variables = append(variables, v.Name)
	}
	if !slices.Equal(variables, []string{"datasource", "pipeline"}) {
		t.Errorf("variables %v", variables)
	}
}

// Every metric of ours is to be seen somewhere: one that nobody looks at need not be counted.
func TestDashboardShowsEveryMetricOfOurs(t *testing.T) {
	var all strings.Builder
	for _, p := range loadDashboard(t).Panels {
		for _, target := range p.Targets {
			all.WriteString(target.Expr + "\n")
		}
	}
	name := regexp.MustCompile(`"name":"(sluice_[a-z_]+)"`)
	for _, match := range name.FindAllSubmatch(read(t, "../opstest/testdata/metrics.json"), -1) {
		if !strings.Contains(all.String(), string(match[1])) {
			t.Errorf("no panel shows %s", match[1])
		}
	}
}

// The rows are the path's eight words, in its order, and no panel covers another.
func TestDashboardFollowsThePath(t *testing.T) {
	d := loadDashboard(t)
	var rows []string
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("two panels have the id %d", p.ID)
		}
		ids[p.ID] = true
		if p.Type == "row" {
			rows = append(rows, p.Title)
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if over := taken[[2]int{x, y}]; over != "" {
					t.Fatalf("%s covers %s", p.Title, over)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
	path := strings.Join(rows, " ")
	at := -1
	for _, word := range []string{"source", "decode", "gate", "process", "batch", "sink", "settle", "commit", "Freshness", "Gateway", "Query", "Processes"} {
		next := strings.Index(path, word)
		if next <= at {
			t.Errorf("no row %q in its place: %v", word, rows)
		}
		at = next
	}
}
