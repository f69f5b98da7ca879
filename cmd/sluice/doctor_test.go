package main

import (
	"strings"
	"testing"

	"sluice/internal/doctor"
)

// verdict is what one judgement must say of what is not ok: the level, then parts of the text
// and of the fix, between " => ".
type verdict struct {
	found []doctor.Finding
	want  []string
}

func (v verdict) holds(t *testing.T) {
	t.Helper()
	var said []string
	for _, f := range v.found {
		if f.Level == doctor.OK {
			continue
		}
		said = append(said, string(f.Level)+" "+f.Text+" => "+f.Fix)
		if (f.Fix == "") != (f.Level == doctor.Skip) {
			t.Errorf("%s %q has the fix %q", f.Level, f.Text, f.Fix)
		}
	}
	if len(v.found) == 0 || len(said) != len(v.want) {
		t.Fatalf("said %q, want %q", said, v.want)
	}
	for i, want := range v.want {
		level, parts, _ := strings.Cut(want, " ")
		if !strings.HasPrefix(said[i], level+" ") {
			t.Errorf("said %q, want level %s", said[i], level)
		}
		for part := range strings.SplitSeq(parts, " => ") {
			if !strings.Contains(said[i], part) {
				t.Errorf("said %q, want %q", said[i], part)
			}
		}
	}
}

// defaults are the settings in force without file and environment.
func defaults(t *testing.T) *config {
	t.Helper()
	cfg, err := loadConfig("", nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}
