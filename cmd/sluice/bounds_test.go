package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A number that nothing can be done with is refused before anybody is asked for anything, by the name of its flag.
func TestFlagsOutOfBoundsAreRefused(t *testing.T) {
	away := []string{"SLUICE_KAFKA_BROKERS=127.0.0.1:1", "SLUICE_KAFKA_DIAL_TIMEOUT=100ms"}
	book := pingsFile(t, "no ledger")
	random := []string{"drill", "run", "--random", "--drills", "../../ops/drills", "--stack", "/does/not/exist"}
	replay := []string{"replay", "--from", "1h", "--to", "now"}
	for _, c := range []struct {
		flag, value string
		args        []string
	}{
		{"rate", "NaN", replay},
		{"rate", "+Inf", replay},
		{"rate", "-1", replay},
		{"max", "-5", []string{"lag"}},
		{"max-age", "-5s", []string{"lag"}},
		{"limit", "-1", []string{"dead", "ls", "--each"}},
		{"timeout", "0s", []string{"health"}},
		{"timeout", "-1s", []string{"send", book}},
		{"rate", "+Inf", []string{"send", book}},
		{"speed", "NaN", []string{"send", book}},
		{"backlog", "-1s", []string{"simulate"}},
		{"timeout", "-1s", []string{"simulate"}},
		{"timeout", "-1s", []string{"simulate", "--orders", "10"}},
		{"late", "NaN", []string{"simulate"}},
		{"late", "101%", []string{"simulate"}},
		{"wait", "-1s", []string{"simulate", "verify", book}},
		{"rejected", "NaN", []string{"simulate", "verify", book}},
		{"drivers", "0", []string{"up", "--demo", "--data", filepath.Join(t.TempDir(), "new")}},
		{"rate", "NaN", random},
		{"drivers", "-1", random},
	} {
		t.Run(c.args[0]+" --"+c.flag+"="+c.value, func(t *testing.T) {
			args := append(slices.Clone(c.args), "--"+c.flag+"="+c.value)
			code, _, said := execute(t, away, args...)
			if code != exitUsage || !strings.Contains(said, c.flag) || !strings.Contains(said, c.value) {
				t.Errorf("%v: exit code %d: %s", args, code, said)
			}
		})
	}
}
