package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const repository = "../.."

func theMutants(t *testing.T) []*mutant {
	t.Helper()
	all, err := readMutants(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Mutants do not rot: each one's text stands where it stood, and what is planted there still compiles.
func TestEachMutantCanBePlanted(t *testing.T) {
	c := newChecker(t)
	for _, m := range theMutants(t) {
		t.Run(m.name, func(t *testing.T) {
			original, err := os.ReadFile(filepath.Join(repository, m.File))
			if err != nil {
				t.Fatal(err)
			}
			planted, err := m.planted(original)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := spared(original, []*mutant{m}); err != nil {
				t.Error(err)
			}
			c.check(t, m, planted)
		})
	}
}

// checker type-checks packages against what the go command has of their imports.
type checker struct {
	fset *token.FileSet
	from types.Importer
}

func newChecker(t *testing.T) *checker {
	t.Helper()
	exports := exportData(t)
	fset := token.NewFileSet()
	lookup := func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exports[path])
	}
	return &checker{fset: fset, from: importer.ForCompiler(fset, "gc", lookup)}
}

// check wants the package of the mutant's file to compile with the planted one in its place.
func (c *checker) check(t *testing.T, m *mutant, planted []byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(repository, filepath.Dir(m.File), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := []*ast.File{c.parse(t, m.File, planted)}
	for _, name := range names {
		here, err := build.Default.MatchFile(filepath.Split(name))
		if err != nil {
			t.Fatal(err)
		}
		if here && !strings.HasSuffix(name, "_test.go") && filepath.Base(name) != filepath.Base(m.File) {
			files = append(files, c.parse(t, name, nil))
		}
	}
	conf := types.Config{Importer: c.from}
	if _, err := conf.Check("sluice/"+filepath.Dir(m.File), c.fset, files, nil); err != nil {
		t.Error(err)
	}
}

// parse reads text, or the file where that is nil.
func (c *checker) parse(t *testing.T, name string, text []byte) *ast.File {
	t.Helper()
	var source any
	if text != nil {
		source = text
	}
	file, err := parser.ParseFile(c.fset, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// exportData is what the go command has of all that the mutated packages import.
func exportData(t *testing.T) map[string]string {
	t.Helper()
	var packages []string
	for _, m := range theMutants(t) {
		packages = append(packages, "./"+filepath.Dir(m.File))
	}
	slices.Sort(packages)
	list := exec.CommandContext(t.Context(), "go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, slices.Compact(packages)...)...)
	list.Dir, list.Stderr = repository, os.Stderr
	text, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(text)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	return exports
}

// The proof is as wide as it is told to be.
func TestTheMutantsProveEveryChecker(t *testing.T) {
	all := theMutants(t)
	if len(all) < 20 {
		t.Errorf("there are %d mutants, want 20 at least", len(all))
	}
	by, ofOrders, onServers := map[string]int{}, map[string]int{}, 0
	for _, m := range all {
		if m.Load != nil && m.Load.Orders {
			ofOrders[m.Load.By]++
		} else if m.Load != nil {
			by[m.Load.By]++
		}
		if m.Drill != nil {
			by[m.Drill.By]++
			if _, err := os.Stat(filepath.Join(repository, m.Drill.File)); err != nil {
				t.Errorf("%s: %v", m.name, err)
			}
		}
		if m.Load != nil || m.Drill != nil {
			onServers++
		}
	}
	if onServers < 8 {
		t.Errorf("%d mutants are caught on real servers, want 8 at least", onServers)
	}
	for _, assertion := range []string{"L0", "L1", "L2", "L3", "L4", "L5", "L6", "L8", "L9", "L10", "L11"} {
		if by[assertion] == 0 {
			t.Errorf("no mutant is caught by %s", assertion)
		}
	}
	for _, assertion := range []string{"L1", "L2", "L4", "L5"} {
		if ofOrders[assertion] == 0 {
			t.Errorf("no mutant is caught by %s of a load of orders", assertion)
		}
	}
}

func TestAPlantedFileIsBuiltByItsTagAlone(t *testing.T) {
	m := &mutant{name: "a-bug", What: "one", File: "a.go", Edits: []edit{{Is: "good", Planted: "bad"}}}
	original := []byte("package a\n\nfunc good() {}\n")
	planted, err := m.planted(original)
	if want := "//go:build mutant_a_bug\n\npackage a\n\nfunc bad() {}\n"; err != nil || string(planted) != want {
		t.Errorf("planted %q, %v", planted, err)
	}
	without, err := spared(original, []*mutant{m, {name: "b"}})
	if want := "//go:build !(mutant_a_bug || mutant_b)\n\n" + string(original); err != nil || string(without) != want {
		t.Errorf("spared %q, %v", without, err)
	}
	for name, text := range map[string]string{"gone": "package a\n", "twice": "package a\n\nfunc good() { good() }\n"} {
		if _, err := m.planted([]byte(text)); err == nil {
			t.Errorf("planted where its text is %s", name)
		}
	}
	if _, err := (&mutant{name: "x", Edits: []edit{{Is: "good", Planted: "("}}}).planted(original); err == nil {
		t.Error("planted what is no Go")
	}
	if _, err := spared([]byte("//go:build linux\n\npackage a\n"), []*mutant{m}); err == nil {
		t.Error("planted in a file with a tag of its own")
	}
}

func TestAMutantIsComplainedOfAsAWhole(t *testing.T) {
	err := (&mutant{name: "A", Edits: []edit{{Is: "x", Planted: "x"}}, Simulation: "(", Load: &loadTrial{By: "x"}, Drill: &drillTrial{By: "L1"}}).validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"small letters", "what, file and edits", "changes a text", "simulation:", "load.by", "drill:"} {
		if !regexp.MustCompile(regexp.QuoteMeta(want)).MatchString(err.Error()) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}
