package arrows

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each line of ARCHITECTURE.md's Non-obvious list names tests that exist.
func TestNonObviousLinesNameTheirTests(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(text), "\n## Non-obvious\n")
	if !found {
		t.Fatal("ARCHITECTURE.md has no Non-obvious list")
	}
	list, _, _ = strings.Cut(list, "\n## ")
	known := declaredTests(t, root)
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	lines := 0
	for line := range strings.SplitSeq(list, "\n") {
		if !strings.HasPrefix(line, "- ") {
			continue
		}
		lines++
		names := named.FindAllStringSubmatch(line, -1)
		if len(names) == 0 {
			t.Errorf("names no test: %s", line)
		}
		for _, name := range names {
			if !known[name[1]] {
				t.Errorf("there is no %s: %s", name[1], line)
			}
		}
	}
	if lines == 0 {
		t.Error("the list is empty")
	}
}

func declaredTests(t *testing.T, root string) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
	known := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, match := range declared.FindAllSubmatch(source, -1) {
			known[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}
