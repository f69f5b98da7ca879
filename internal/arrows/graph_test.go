package arrows_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "sluice/"

// graph has, for every package that the product is made of, what it imports.
type graph map[string][]string

// load asks the go command for the product's packages and all that they depend on.
func load(t *testing.T) graph {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Imports,Standard", module+"...")
	out, err := command.Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, failed.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	found := graph{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var listed struct {
			ImportPath string
			Imports    []string
			Standard   bool
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatalf("reading go list: %v", err)
		}
		if listed.Standard {
			listed.Imports = nil // how the standard library is built is not our law
		}
		found[listed.ImportPath] = listed.Imports
	}
}

// ours lists our own packages, without the module's name, in order.
func (g graph) ours() []string {
	var paths []string
	for path := range g {
		if short, ok := strings.CutPrefix(path, module); ok {
			paths = append(paths, short)
		}
	}
	slices.Sort(paths)
	return paths
}

// chain returns the shortest way from a package of ours to a package with that prefix,
// nil when there is none.
func (g graph) chain(from, prefix string) []string {
	start := module + from
	cameFrom := map[string]string{start: ""}
	for queue := []string{start}; len(queue) > 0; queue = queue[1:] {
		for _, next := range g[queue[0]] {
			if _, seen := cameFrom[next]; seen {
				continue
			}
			cameFrom[next] = queue[0]
			if within(next, prefix) {
				return walkBack(cameFrom, next)
			}
			queue = append(queue, next)
		}
	}
	return nil
}

func walkBack(cameFrom map[string]string, end string) []string {
	var way []string
	for at := end; at != ""; at = cameFrom[at] {
		way = append(way, at)
	}
	slices.Reverse(way)
	return way
}

// within says whether a path is the package that a prefix names, or below it.
func within(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(prefix, "/"))
}

// matches compares a package of ours with a pattern of the table.
func matches(path, pattern string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return within(path, base)
	}
	if base, ok := strings.CutSuffix(pattern, "/*"); ok {
		rest, below := strings.CutPrefix(path, base+"/")
		return below && !strings.Contains(rest, "/")
	}
	return path == pattern
}

func matchesAny(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(path, pattern) })
}

// standard tells the standard library's packages by their first element, which has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && !strings.HasPrefix(path, module)
}

// violations compares a graph with the law and returns each breach as a sentence.
func (g graph) violations(rooms []room, libraries []library) []string {
	var found []string
	for _, path := range g.ours() {
		at := slices.IndexFunc(rooms, func(r room) bool { return matches(path, r.path) })
		if at < 0 {
			found = append(found, path+" has no room in the table (law_test.go)")
			continue
		}
		found = append(found, g.breaches(path, rooms[at])...)
		for _, lib := range libraries {
			found = append(found, g.meetings(path, lib)...)
		}
	}
	return found
}

// breaches are the direct imports that a package's room does not allow.
func (g graph) breaches(path string, r room) []string {
	var found []string
	for _, imported := range g[module+path] {
		short, isOurs := strings.CutPrefix(imported, module)
		switch {
		case isOurs && !r.free && !matchesAny(short, r.imports):
			found = append(found, fmt.Sprintf("%s -> %s: of ours, %s may import only %v", path, short, r.path, r.imports))
		case !isOurs && r.std && !standard(imported):
			found = append(found, fmt.Sprintf("%s -> %s: %s imports the standard library only", path, imported, r.path))
		}
	}
	return found
}

// meetings is the way by which a package meets a library that it must not know.
func (g graph) meetings(path string, lib library) []string {
	if matchesAny(path, lib.homes) {
		return nil
	}
	way := g.chain(path, lib.prefix)
	if way == nil || (len(way) > 2 && matchesAny(path, lib.behind)) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s is at home in %v", strings.Join(way, " -> "), lib.prefix, lib.homes)}
}
