package main

import (
	"os"
	"testing"

	"sluice/internal/stacktest"
)

func TestUnreadableConfigurationIsRefused(t *testing.T) {
	path := writeText(t, t.TempDir(), "sluice.yaml", "gps:\n  maxAge: 1s")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	stacktest.AsNobody(t)
	bad{path: path, want: "permission denied"}.refused(t)
}
