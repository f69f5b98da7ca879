package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDrillsAreListed(t *testing.T) {
	code, stdout, stderr := execute(t, nil, "drill", "list", "--drills", "../../ops/drills")
	if code != exitDone || !strings.Contains(stdout, "kill-elastic") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	code, stdout, stderr = execute(t, nil, "drill", "list", "--json", "--drills", "../../ops/drills")
	var list []listedDrill
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || code != exitDone {
		t.Fatalf("exit code %d, %v: %s", code, err, stderr)
	}
	short := 0
	for i := range list {
		if list[i].Short {
			short++
		}
		if len(list[i].Faults) == 0 || len(list[i].Catalogue) == 0 {
			t.Errorf("%+v", list[i])
		}
	}
	if short == 0 {
		t.Error("the short set is empty")
	}
}

func TestDrillsArePickedByTheirLoad(t *testing.T) {
	picked := func(load string) (names []string) {
		c := drillRunCmd{drillsFlag: drillsFlag{Drills: "../../ops/drills"}, All: true, Load: load, Together: 1, For: 1}
		drills, err := c.chosen()
		if err != nil {
			t.Fatal(err)
		}
		for i := range drills {
			names = append(names, drills[i].Name)
		}
		return names
	}
	all, pings, orders := picked(""), picked("pings"), picked("orders")
	if len(pings)+len(orders) != len(all) || !slices.Contains(pings, "kill-elastic") || !slices.Contains(orders, "redis-killed") {
		t.Errorf("of %d drills %d have pings, %v, and %d orders, %v", len(all), len(pings), pings, len(orders), orders)
	}
}

func TestDrillRefusesWhatCannotBe(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const rest = "about: x\ncatalogue: [1]\n"
	unknown := write("unknown.yaml", rest+"faults: [{fault: curse, on: elastic}]\n")
	place := write("place.yaml", rest+"faults: [{fault: cut, on: query-1}]\n")
	key := write("key.yaml", rest+"faults: [{fault: cut, on: elastic}]\nmagic: 1\n")
	for want, args := range map[string][]string{
		"want drills by name":      {"run"},
		"one of --all":             {"run", "--all", "--short"},
		`no kind of fault`:         {"run", unknown},
		`want one of`:              {"run", place},
		"field magic not found":    {"run", key},
		"there is no drill nobody": {"run", "nobody", "--drills", dir},
		"the drills: ":             {"list", "--drills", filepath.Join(dir, "nowhere")},
		"--together":               {"run", "--random", "--together", "0"},
		"--load picks among":       {"run", "--random", "--load", "orders"},
		"the servers' script":      {"run", "kill-elastic", "--drills", "../../ops/drills", "--stack", filepath.Join(dir, "none"), "--report", dir},
	} {
		if code, _, stderr := execute(t, nil, append([]string{"drill"}, args...)...); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit code %d, want %d; %q, want %q in it", args, code, exitUsage, stderr, want)
		}
	}
}

func TestWhatAProcessLeavesIsRead(t *testing.T) {
	const live, past = `{"msg":"stopped","pipeline":"gps-live","left":7}` + "\n", `{"msg":"stopped","pipeline":"gps-history","left":0}` + "\n"
	before := `{"msg":"partition abandoned, what is unsettled or not committed is read again by its next owner","pipeline":"gps-live","records":4,"uncommitted":3}` + "\n"
	var rest strings.Builder
	for _, name := range pipelineNames() {
		if !strings.HasPrefix(name, "gps-") {
			fmt.Fprintf(&rest, `{"msg":"stopped","pipeline":%q,"left":0}`+"\n", name)
		}
	}
	for text, want := range map[string]string{
		live + past:            "",
		live:                   "gps-history did not say that it stopped",
		"no JSON\n" + live:     "gps-history did not say that it stopped",
		before + live + past:   "gps-live left 7 records",
		before + "\n" + before: "gps-live did not say that it stopped; gps-history did not say that it stopped",
	} {
		file := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(file, []byte(before+text+rest.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := leftBehind(file, int64(len(before))); got != want {
			t.Errorf("of %q it says %q, want %q", text, got, want)
		}
	}
}
