package failpoint

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A release has none of this in it, and the build that drills use has.
func TestAReleaseHasNoFailpoints(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		has  bool
	}{
		"release": {nil, false},
		"drills":  {[]string{"-tags", "failpoints"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			args := slices.Concat([]string{"list", "-deps", "-f", "{{.ImportPath}}"}, c.args, []string{"./cmd/sluice"})
			list := exec.CommandContext(t.Context(), "go", args...)
			list.Dir = filepath.Join("..", "..")
			said, err := list.Output()
			if err != nil {
				t.Fatalf("go %v: %v", args, err)
			}
			packages := strings.Fields(string(said))
			if !slices.Contains(packages, "sluice/pipelines") {
				t.Fatal("go list knows nothing: this test would pass for nothing")
			}
			if slices.Contains(packages, "sluice/internal/failpoint") != c.has {
				t.Errorf("internal/failpoint is in the binary: %t", !c.has)
			}
		})
	}
}
