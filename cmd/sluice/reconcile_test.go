package main

import (
	"strings"
	"testing"

	"sluice/schemas/rules"
)

func TestReconcileRefusesWhatItCannotDo(t *testing.T) {
	for want, args := range map[string][]string{
		"want 2026-11":                {"--month", "november"},
		"leave out --month":           {"--watch", "--month", "2026-11"},
		"must not be negative":        {"--rate=-1"},
		"no such file or directory":   {"--data", "/does/not/exist"},
		"unknown flag --no-such-flag": {"--no-such-flag"},
	} {
		code, _, stderr := execute(t, nil, append([]string{"reconcile"}, args...)...)
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit code %d, %q", args, code, stderr)
		}
	}
}

func TestRulesApplyRefusesAnotherCalendar(t *testing.T) {
	file := written(t, "levels.yaml", strings.Replace(string(rules.DefaultFile()), "Asia/Shanghai", "Europe/Berlin", 1))
	code, _, stderr := execute(t, nil, "rules", "apply", file)
	if code != exitUsage || !strings.Contains(stderr, "orders are held by the months of Asia/Shanghai") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
