package opstest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

func text(t *testing.T, path string) string {
	t.Helper()
	bytes, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes)
}

// sent says whether .dockerignore lets a file reach the builder: the last pattern that matches it, or a
// directory above it, counts.
func sent(patterns []string, file string) bool {
	out := false
	for _, pattern := range patterns {
		bare, back := strings.CutPrefix(pattern, "!")
		bare, anywhere := strings.CutPrefix(bare, "**/")
		for at := file; at != "."; at = path.Dir(at) {
			name := at
			if anywhere {
				name = path.Base(at)
			}
			if matched, err := path.Match(bare, name); err == nil && matched {
				out = !back
			}
		}
	}
	return !out
}

// The image is built of what .dockerignore lets through: every file that the binary needs, and no test.
func TestImageIsBuiltOfWhatItNeeds(t *testing.T) {
	var patterns []string
	for line := range strings.Lines(text(t, ".dockerignore")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	needed := sources(t)
	if len(needed) < 100 {
		t.Fatalf("go list knows only %d files", len(needed))
	}
	for _, file := range append(needed, "go.mod", "go.sum") {
		if !sent(patterns, file) {
			t.Errorf("%s does not reach the builder", file)
		}
	}
	for _, file := range []string{
		"README.md", ".git/config", "ops/compose/secrets/api-keys", "cmd/sluice/main_test.go", "schemas/testdata/x", "internal/e2e/doc.go", "bin/sluice", "sluice-data/LOCK",
	} {
		if sent(patterns, file) {
			t.Errorf("%s is sent to the builder for nothing", file)
		}
	}
}

// sources are the files of ours that the binary is made of, from the root.
func sources(t *testing.T) []string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,GoFiles,EmbedFiles,Standard", "sluice/cmd/sluice")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var found []string
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var listed struct {
			ImportPath          string
			GoFiles, EmbedFiles []string
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		if place, ours := strings.CutPrefix(listed.ImportPath, "sluice/"); ours {
			for _, file := range append(listed.GoFiles, listed.EmbedFiles...) {
				found = append(found, place+"/"+file)
			}
		}
	}
}

func TestImageIsSmallAndUnprivileged(t *testing.T) {
	file := text(t, "Dockerfile")
	for _, want := range []string{"CGO_ENABLED=0", "-trimpath", "-X main.version=$VERSION", "-X main.revision=$REVISION", "USER 65532:65532", `ENTRYPOINT ["/sluice"]`, `CMD ["/sluice", "health"]`, "EXPOSE 8080 9100"} {
		if !strings.Contains(file, want) {
			t.Errorf("the Dockerfile has no %s", want)
		}
	}
	if variables := text(t, "cmd/sluice/version.go"); !strings.Contains(variables, "var version, revision string") {
		t.Error("the linker's variables have other names now")
	}
	wants := regexp.MustCompile(`(?m)^go (\S+)`).FindStringSubmatch(text(t, "go.mod"))
	if !strings.Contains(file, "golang:"+wants[1]+"-") {
		t.Errorf("the image is not built with Go %s of go.mod", wants[1])
	}
	stages := regexp.MustCompile(`(?m)^FROM .*?(\S+?)(?: AS \S+)?$`).FindAllStringSubmatch(file, -1)
	if len(stages) != 2 || slices.ContainsFunc(stages, func(s []string) bool { return strings.HasSuffix(s[1], ":latest") || !strings.Contains(s[1], ":") }) {
		t.Errorf("the stages are %v", stages)
	}
}
