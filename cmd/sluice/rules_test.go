package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice/schemas/rules"
)

// written is the path of a file with that text.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const badRules = "version: v\ntimeZone: UTC\nlevels: [{name: base, orders: 1}]\nfee: 3\n"

func TestRulesPrintIsWhatCheckTakes(t *testing.T) {
	code, out, _ := execute(t, nil, "rules", "print")
	if code != exitDone || out != string(rules.DefaultFile()) {
		t.Fatal(code, out)
	}
	code, checked, told := execute(t, nil, "rules", "check", written(t, "levels.yaml", out))
	if code != exitDone || checked != "ok: version 2026-01, levels bronze < silver < gold < platinum, products 2, coupons 0, time zone Asia/Shanghai\n" {
		t.Errorf("%d %s %s", code, checked, told)
	}
	code, out, _ = execute(t, nil, "rules", "print", "--schema")
	if code != exitDone || !json.Valid([]byte(out)) || !strings.Contains(out, "json-schema.org") {
		t.Errorf("%d %s", code, out)
	}
}

func TestRulesCheckComplainsOfAll(t *testing.T) {
	bad := written(t, "bad.yaml", badRules)
	want := []string{bad + ": line 4: field fee not found", bad + ": levels[0].orders: 1 is not 0: everybody has the base level"}
	code, out, told := execute(t, nil, "rules", "check", bad)
	if code != exitUsage || out != "" || told != "sluice: "+strings.Join(want, "\nsluice: ")+"\n" {
		t.Errorf("%d %s %s", code, out, told)
	}
	code, out, _ = execute(t, nil, "rules", "check", bad, "--json")
	var answer checkedRules
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != exitUsage || answer.OK || !slices.Equal(answer.Complaints, want) {
		t.Errorf("%d %s %v", code, out, err)
	}
	code, out, _ = execute(t, nil, "rules", "check", written(t, "good.yaml", string(rules.DefaultFile())), "--json")
	if code != exitDone || out != `{"ok":true,"version":"2026-01","levels":["bronze","silver","gold","platinum"],"products":2,"coupons":0}`+"\n" {
		t.Errorf("%d %s", code, out)
	}
	if code, _, told := execute(t, nil, "rules", "check", filepath.Join(t.TempDir(), "none")); code != exitUsage || !strings.Contains(told, "no such file") {
		t.Errorf("%d %s", code, told)
	}
	if code, _, told := execute(t, nil, "rules", "check", written(t, "large", strings.Repeat("#", rules.MaxFile+9))); code != exitUsage || !strings.Contains(told, "longer than") {
		t.Errorf("%d %s", code, told)
	}
}

func TestRulesDiff(t *testing.T) {
	text := string(rules.DefaultFile())
	old := written(t, "old.yaml", text)
	change := func(pairs ...string) string {
		return written(t, "new.yaml", strings.NewReplacer(pairs...).Replace(text))
	}
	for name, c := range map[string]struct {
		file      string
		code      int
		out, told string
	}{
		"the same":        {old, exitDone, "version 2026-01 -> 2026-01: 0 differences, no level moves\n", ""},
		"another version": {change("2026-01", "2026-02"), exitDone, "version 2026-01 -> 2026-02: 0 differences, no level moves\n", ""},
		"a threshold":     {change("2026-01", "2026-02", "orders: 20", "orders: 25"), exitDone, "moves  levels.gold.orders  20  -> 25\nversion 2026-01 -> 2026-02: 1 difference, members may have another level\n", ""},
		"a privilege":     {change("2026-01", "2026-02", "orders: 20", "orders: 20, privileges: [lounge]"), exitDone, "-  levels.gold.privileges  -  -> lounge\nversion 2026-01 -> 2026-02: 1 difference, no level moves\n", ""},
		"one version":     {change("orders: 20", "orders: 25"), exitFound, "moves  levels.gold.orders  20  -> 25\nversion 2026-01 -> 2026-01: 1 difference, members may have another level\n", "both files are version 2026-01"},
		"a bad file":      {written(t, "bad.yaml", badRules), exitUsage, "", "everybody has the base level"},
	} {
		code, out, told := execute(t, nil, "rules", "diff", old, c.file)
		if code != c.code || out != c.out || !strings.Contains(told, c.told) {
			t.Errorf("%s: %d %q %s", name, code, out, told)
		}
	}
	code, out, _ := execute(t, nil, "rules", "diff", old, change("2026-01", "2026-02", "days: 31", "days: 30"), "--json")
	var diff rulesDiff
	if err := json.NewDecoder(bytes.NewReader([]byte(out))).Decode(&diff); err != nil || code != exitDone || !diff.Moves || len(diff.Changes) != 2 || diff.Changes[0].To != "30" {
		t.Errorf("%d %s %v", code, out, err)
	}
	if _, out, _ = execute(t, nil, "rules", "diff", old, old, "--json"); out != `{"from":"2026-01","to":"2026-01","moves":false,"changes":[]}`+"\n" {
		t.Error(out)
	}
}

func TestRulesDiffRefusesADataDirectoryThatItWouldNotLookInto(t *testing.T) {
	old := written(t, "old.yaml", string(rules.DefaultFile()))
	code, out, told := execute(t, nil, "rules", "diff", old, old, "--data", t.TempDir())
	if code != exitUsage || out != "" || !strings.Contains(told, "--data says where --members counts") {
		t.Errorf("exit code %d, %q %q", code, out, told)
	}
}
