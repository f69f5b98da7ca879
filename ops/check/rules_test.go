package check

import (
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

const (
	rulesFile   = "../alerts/sluice.rules.yml"
	runbooksDir = "../runbooks"
)

func ruleGroups(t *testing.T) *rulefmt.RuleGroups {
	t.Helper()
	groups, complaints := rulefmt.ParseFile(rulesFile, false, model.LegacyValidation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	for _, err := range complaints {
		t.Error(err)
	}
	if groups == nil || len(complaints) > 0 {
		t.FailNow()
	}
	return groups
}

// alerts are the alert rules by name.
func alerts(t *testing.T) map[string]rulefmt.Rule {
	t.Helper()
	found := map[string]rulefmt.Rule{}
	for _, group := range ruleGroups(t).Groups {
		for _, rule := range group.Rules {
			if rule.Alert == "" {
				continue
			}
			if _, twice := found[rule.Alert]; twice {
				t.Errorf("two alerts are called %s", rule.Alert)
			}
			found[rule.Alert] = rule
		}
	}
	return found
}

func TestRulesAskForWhatTheCodeHas(t *testing.T) {
	names := known(t)
	for _, group := range ruleGroups(t).Groups {
		for _, rule := range group.Rules {
			for _, complaint := range names.complaints(t, rule.Expr) {
				t.Errorf("%s%s: %s", rule.Alert, rule.Record, complaint)
			}
		}
	}
}

func TestAlertsSayWhatAnOperatorNeeds(t *testing.T) {
	for name, rule := range alerts(t) {
		if severity := rule.Labels["severity"]; severity != "critical" && severity != "warning" {
			t.Errorf("%s: severity %q", name, severity)
		}
		for _, annotation := range []string{"summary", "description"} {
			if rule.Annotations[annotation] == "" {
				t.Errorf("%s has no %s", name, annotation)
			}
		}
		if url := rule.Annotations["runbook_url"]; url != "ops/runbooks/"+name+".md" {
			t.Errorf("%s: runbook_url is %q", name, url)
		}
	}
}

// Each alert has its page and each page its alert; every page answers the same questions, and the metrics
// that it names exist.
func TestRunbooksAreThoseOfTheAlerts(t *testing.T) {
	rules, names := alerts(t), known(t)
	pages, err := os.ReadDir(runbooksDir)
	if err != nil {
		t.Fatal(err)
	}
	metric := regexp.MustCompile(`\bsluice[_:][a-z0-9_:]+[a-z0-9]\b`)
	for _, page := range pages {
		name := strings.TrimSuffix(page.Name(), ".md")
		rule, known := rules[name]
		if !known {
			t.Errorf("%s is about no alert", page.Name())
			continue
		}
		delete(rules, name)
		text := string(read(t, runbooksDir+"/"+page.Name()))
		if !strings.HasPrefix(text, "# "+name+"\n\n"+rule.Labels["severity"]+" · ") {
			t.Errorf("%s does not begin with its name and severity %s", page.Name(), rule.Labels["severity"])
		}
		at := 0
		for _, heading := range []string{"## What it means", "## First look", "## Likely causes", "## Repair", "## Mended when", "## Do not"} {
			next := strings.Index(text, "\n"+heading+"\n")
			if next < at {
				t.Errorf("%s: %q is missing or out of place", page.Name(), heading)
			}
			at = max(at, next)
		}
		for _, word := range metric.FindAllString(text, -1) {
			_, plain := names[word]
			_, histogram := names[word+"_bucket"]
			if !plain && !histogram {
				t.Errorf("%s names the metric %s, which nothing has", page.Name(), word)
			}
		}
	}
	var missing []string
	for name := range rules {
		missing = append(missing, name)
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		t.Errorf("alerts without a runbook: %v", missing)
	}
}

// The queries that a page asks for are lawful, each line one.
func TestRunbooksQueriesAskForWhatTheCodeHas(t *testing.T) {
	pages, err := os.ReadDir(runbooksDir)
	if err != nil {
		t.Fatal(err)
	}
	names, seen := known(t), 0
	for _, page := range pages {
		fenced := false
		for line := range strings.Lines(string(read(t, runbooksDir+"/"+page.Name()))) {
			if strings.HasPrefix(line, "```") {
				fenced = strings.HasPrefix(line, "```promql")
				continue
			}
			if !fenced {
				continue
			}
			seen++
			for _, complaint := range names.complaints(t, line) {
				t.Errorf("%s: %s%s", page.Name(), line, complaint)
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d queries: this test would pass for nothing", seen)
	}
}
