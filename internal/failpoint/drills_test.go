package failpoint

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Each point has a drill that kills there, and no drill means a point that is not there.
func TestEachPointHasItsDrill(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "ops", "drills", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	armed := regexp.MustCompile(`\bat: ("[^"]*"|[^\s,}]+)`) // one, or some in turn
	drills := map[Name][]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range armed.FindAllSubmatch(text, -1) {
			for point := range strings.FieldsSeq(strings.Trim(string(found[1]), `"`)) {
				name, _, err := parse(point)
				if err != nil {
					t.Errorf("%s: %v", filepath.Base(file), err)
				}
				drills[name] = append(drills[name], strings.TrimSuffix(filepath.Base(file), ".yaml"))
			}
		}
	}
	for _, name := range Names() {
		if want := "kill-at-" + strings.ReplaceAll(string(name), ".", "-"); !slices.Contains(drills[name], want) {
			t.Errorf("the drills of %s are %q, want %s", name, drills[name], want)
		}
	}
}
