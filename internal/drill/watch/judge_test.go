package watch

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"sluice/internal/drill/script"
)

// What a drill can ask about is made of metrics that there are.
func TestObservationsAreOfMetricsThatAreThere(t *testing.T) {
	text, err := os.ReadFile("../../../ops/opstest/testdata/metrics.json")
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{}
	for line := range strings.Lines(string(text)) {
		var m struct {
			Name   string   `json:"name"`
			Labels []string `json:"labels"`
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		labels[m.Name] = " " + strings.Join(m.Labels, " ") + " "
	}
	seen := map[string]bool{}
	for _, c := range table() {
		has, there := labels[c.metric]
		if !there {
			t.Errorf("%s: there is no metric %s", c.name, c.metric)
		}
		if c.label != "" && !strings.Contains(has, " "+c.label+" ") {
			t.Errorf("%s: %s has no label %s", c.name, c.metric, c.label)
		}
		if c.beyond > 0 && !strings.HasSuffix(c.metric, "_seconds") {
			t.Errorf("%s: %s is no histogram of times", c.name, c.metric)
		}
		if (c.label == "") != (len(c.values) == 0) {
			t.Errorf("%s: a label needs values", c.name)
		}
	}
	for _, o := range Observations() {
		if seen[o.Name] {
			t.Errorf("%s is there twice", o.Name)
		}
		seen[o.Name] = true
		if o.About == "" || o.From == "" {
			t.Errorf("%s says nothing of itself", o.Name)
		}
	}
}

func TestObserveSumsWhatHasTheLabel(t *testing.T) {
	of := func(name, label, value string, n float64) Metric {
		return Metric{Name: name, Labels: map[string]string{label: value}, Value: n}
	}
	sums := observe([]Metric{
		of("sluice_store_requests_total", "status", "401", 2),
		of("sluice_store_requests_total", "status", "403", 3),
		of("sluice_store_requests_total", "status", "200", 100),
		of("sluice_store_requests_total", "status", "0", 7),
		of("sluice_records_total", "verdict", "poison", 5),
		of("sluice_records_total", "verdict", "stored", 11),
		{Name: "sluice_store_request_seconds", Value: 10, Within: map[float64]float64{0.25: 6, 5: 10}},
		{Name: "sluice_store_request_seconds", Value: 10, Within: map[float64]float64{0.25: 9}},
		{Name: "sluice_http_request_seconds", Labels: map[string]string{"route": "/metrics"}, Value: 10, Within: map[float64]float64{0.1: 1}},
	})
	for name, want := range map[string]float64{"store-denied": 5, "unanswered": 7, "dead": 5, "stored": 11, "store-503": 0, "writes": 20, "slow-writes": 5, "stuck-writes": 0, "answers": 0, "slow-answers": 0} {
		if sums[name] != want {
			t.Errorf("%s = %v, want %v", name, sums[name], want)
		}
	}
}

func TestConditionsAreJudgedInWords(t *testing.T) {
	grown := Sums{"retried": 12, "stale": 3, "accepted": 10}
	load, err := FromLoad([]byte(`{"retries":4,"doubtful":1,"status503":9,"unanswered":0,"late":1,"doubled":2,"disordered":3,"ahead":4,"poisoned":5}`))
	if err != nil {
		t.Fatal(err)
	}
	grown = grown.With(load)
	for _, c := range []struct {
		text string
		held bool
		seen string
	}{
		{"retried > 0", true, "retried was 12"},
		{"retried > 12", false, "retried was 12"},
		{"redelivered >= 10", false, "redelivered is not known"},
		{"redelivered = 0", false, "redelivered is not known"},
		{"stale > 0.3 redelivered", false, "redelivered is not known"},
		{"client-503 >= 9", true, "client-503 was 9"},
		{"sent-late = 1", true, "sent-late was 1"},
		{"sent-doubled = 2", true, "sent-doubled was 2"},
		{"sent-disordered = 0.3 accepted", true, "sent-disordered was 3"},
		{"sent-ahead = 4", true, "sent-ahead was 4"},
		{"sent-poison = 5", true, "sent-poison was 5"},
		{"stale > 0.2 accepted", true, "stale was 3, accepted was 10"},
		{"stale > 0.3 accepted", false, "stale was 3"},
		{"stale > 0.3 acepted", false, `there is no observation "acepted"`},
		{"retires > 0", false, `there is no observation "retires"`},
	} {
		var bite script.Bite
		if err := bite.UnmarshalText([]byte(c.text)); err != nil {
			t.Fatal(err)
		}
		held, seen := Judge(bite, grown)
		if held != c.held || !strings.HasPrefix(seen, c.seen) {
			t.Errorf("%s: held %v, %q", c.text, held, seen)
		}
	}
}
