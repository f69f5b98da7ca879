package datadir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/internal/stacktest"
)

func TestSubRefusesWhatMayNotBeWritten(t *testing.T) {
	d := mustOpen(t, t.TempDir())
	defer closing(t, d)
	part, err := d.Sub("kafka")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(part, "groups.log")
	if err := os.WriteFile(file, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(part)
	for _, dir := range []string{filepath.Dir(root), root, part} { // everybody may write here, so that the file alone is in the way
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	stacktest.AsNobody(t)
	if _, err := d.Sub("kafka"); err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "chown -R") {
		t.Errorf("said %v", err)
	}
}
