package opstest

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sluice/internal/opshttp"
)

// pages are the runbooks and the operator's map, by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(filepath.Join(root, "ops")), ".", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && (strings.HasPrefix(path, "runbooks/") || path == "README.md") {
			found["ops/"+path] = text(t, "ops/"+path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Every address that a page asks is one that a listener of ours serves: clients' paths are those of
// openapi.yaml, operators' those of the ops listener.
func TestPagesAskWhatIsServed(t *testing.T) {
	var clients, operators []string
	for _, match := range regexp.MustCompile(`(?m)^  (/v1/[^:]+):`).FindAllStringSubmatch(text(t, "schemas/openapi.yaml"), -1) {
		clients = append(clients, match[1])
	}
	for _, route := range opshttp.Routes(http.NotFoundHandler(), nil) {
		operators = append(operators, route.Path)
	}
	asked := regexp.MustCompile(`http://127\.0\.0\.1:(8080|9100)(/[a-z0-9/]*)`)
	seen := 0
	for page, text := range pages(t) {
		for _, match := range asked.FindAllStringSubmatch(text, -1) {
			seen++
			served := clients
			if match[1] == "9100" {
				served = operators
			}
			under := func(path string) bool {
				return path == match[2] || (path == "/debug/pprof/" && strings.HasPrefix(match[2], path))
			}
			if !slices.ContainsFunc(served, under) {
				t.Errorf("%s asks %s of port %s, which serves %v", page, match[2], match[1], served)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d addresses: this test would pass for nothing", seen)
	}
}

// The files and directories that the operator's map links to are there.
func TestMapLeadsSomewhere(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(text(t, "ops/README.md"), -1)
	if len(links) < 8 {
		t.Errorf("only %d links", len(links))
	}
	for _, link := range links {
		if _, err := os.Stat(filepath.Join(root, "ops", link[1])); err != nil {
			t.Errorf("ops/README.md: %v", err)
		}
	}
}

// What a page quotes from the log is what the code writes.
func TestPagesQuoteTheLog(t *testing.T) {
	var source strings.Builder
	for _, pattern := range []string{"internal/telemetry/*.go", "cmd/sluice/*.go"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			code, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(code)
		}
	}
	quoted := regexp.MustCompile(`grep (?:-E )?'([^']+)'`)
	seen := 0
	for page, text := range pages(t) {
		for line := range strings.Lines(text) {
			match := quoted.FindStringSubmatch(line)
			if match == nil || strings.Contains(line, "/metrics") {
				continue
			}
			seen++
			if _, err := regexp.Compile(match[1]); err != nil || !regexp.MustCompile(match[1]).MatchString(source.String()) {
				t.Errorf("%s looks for %q, which no line of ours has", page, match[1])
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d quotes: this test would pass for nothing", seen)
	}
}
