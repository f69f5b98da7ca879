package main

import (
	"encoding/pem"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"sluice/internal/settings"
)

// operatorsFiles are those that an operator touches, with their text, by path from the root.
func operatorsFiles(t *testing.T) map[string]string {
	t.Helper()
	root := os.DirFS(filepath.Join("..", ".."))
	found := map[string]string{}
	for _, start := range []string{"docker-compose.yml", "Dockerfile", "ops/compose", "ops/k8s", "ops/systemd", "ops/runbooks", "ops/alerts", "ops/README.md"} {
		err := fs.WalkDir(root, start, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := fs.ReadFile(root, path)
			found[path] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func TestOperatorsVariablesAreKeys(t *testing.T) {
	known := []string{"SLUICE_CONFIG", "SLUICE_API_KEY"}
	for _, key := range settings.Keys(&config{}, envPrefix) {
		known = append(known, key.Env, key.Env+"_FILE") // that of a secret; loading tells the others
	}
	variable := regexp.MustCompile(`\bSLUICE_[A-Z0-9_]+`)
	seen := 0
	for path, text := range operatorsFiles(t) {
		for _, name := range variable.FindAllString(text, -1) {
			if seen++; !slices.Contains(known, name) {
				t.Errorf("%s: %s is no key", path, name)
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d variables: this test would pass for nothing", seen)
	}
}

// What the files set is accepted, as it is, by the code that starts.
func TestOperatorsSettingsAreAccepted(t *testing.T) {
	secrets := t.TempDir()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for name, text := range map[string][]byte{
		"kafka-password": []byte("secret"), "elastic-api-key": []byte("c2VjcmV0"), "api-keys": nil, "kafka-ca.crt": authority, "elastic-ca.crt": authority,
		"redis-password": []byte("secret"), "redis-ca.crt": authority,
		"billing": []byte("0123456789abcdef\n"),
	} {
		if err := os.WriteFile(filepath.Join(secrets, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mounted := strings.NewReplacer("=/run/secrets/", "="+secrets+"/", "=/etc/sluice/secrets/", "="+secrets+"/", "=/etc/sluice/webhooks", "="+secrets)
	files := operatorsFiles(t)
	cases := map[string][]string{
		"compose":            {"ops/compose/dev.env"},
		"compose, a cluster": {"ops/compose/cluster.env"},
		"Kubernetes":         {"ops/k8s/base/sluice.env"},
		"systemd, gateway":   {"ops/systemd/sluice.env", "ops/systemd/gateway.env"},
		"systemd, query":     {"ops/systemd/sluice.env", "ops/systemd/query.env"},
		"systemd, pipelines": {"ops/systemd/sluice.env", "ops/systemd/pipelines.env"},
		"systemd, jobs":      {"ops/systemd/sluice.env", "ops/systemd/jobs.env"},
	}
	for name, paths := range cases {
		t.Run(name, func(t *testing.T) {
			var environ []string
			for _, path := range paths {
				for line := range strings.Lines(files[path]) {
					if line = strings.TrimSpace(line); strings.HasPrefix(line, "#SLUICE_") { // an example
						line = strings.TrimPrefix(line, "#")
					}
					if line != "" && !strings.HasPrefix(line, "#") {
						environ = append(environ, mounted.Replace(line))
					}
				}
			}
			if len(environ) == 0 {
				t.Fatal("sets nothing")
			}
			cfg, err := loadConfig("", environ)
			if err != nil {
				t.Fatal(err)
			}
			if grace := cfg.HTTP.StopGrace; grace <= 0 {
				t.Errorf("http.stopGrace is %s: clients would meet a listener that is gone", grace)
			}
			for _, h := range cfg.hooks() {
				if _, err := cfg.webhook(h); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// Every command line of ours in a fenced block, wherever it begins: `sluice lag`, `docker compose run --rm cli lag`.
func commandLines(text string) []string {
	var found []string
	call := regexp.MustCompile(`(?:^|\s|/)(?:sluice|--rm cli)\s+([a-z][^#|&>;)]*)`)
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = strings.HasPrefix(line, "```sh")
			continue
		}
		if match := call.FindStringSubmatch(line); fenced && match != nil && !strings.Contains(line, "-n sluice ") && !strings.HasPrefix(line, "#") {
			found = append(found, strings.TrimSpace(match[1]))
		}
	}
	return found
}

func TestRunbooksCommandsParse(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Name("sluice"), kong.Writers(io.Discard, io.Discard), kong.Vars{"benchRows": benchRows()})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for path, text := range operatorsFiles(t) {
		if filepath.Ext(path) != ".md" {
			continue
		}
		lines := commandLines(text)
		if filepath.Base(filepath.Dir(path)) == "runbooks" && len(lines) == 0 && !strings.Contains(text, "curl ") {
			t.Errorf("%s names no command", path)
		}
		for _, line := range lines {
			seen++
			if _, err := parser.Parse(strings.Fields(line)); err != nil {
				t.Errorf("%s: sluice %s: %v", path, line, err)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d commands: this test would pass for nothing", seen)
	}
}
