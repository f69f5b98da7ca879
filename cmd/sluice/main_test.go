package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"go.uber.org/goleak"

	"sluice/internal/kafka"
)

func TestMain(m *testing.M) {
	kafka.Prepare(maxUnpackedBatch)
	goleak.VerifyTestMain(m,
		// Elasticsearch's connections are kept for the next request, also behind the last one.
		goleak.IgnoreTopFunction("internal/poll.runtime_pollWait"),
		goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"))
}

// execute runs one command line and returns its exit code and what it printed.
func execute(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := &process{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, environ: environ}
	code = p.execute(t.Context(), args)
	return code, out.String(), errs.String()
}

func TestExitCodes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sluice.yaml")
	if err := os.WriteFile(file, []byte("kafka:\n  borkers: [a:1]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	away := []string{"SLUICE_KAFKA_BROKERS=127.0.0.1:1", "SLUICE_ELASTIC_URLS=http://127.0.0.1:1", "SLUICE_KAFKA_DIAL_TIMEOUT=100ms"}
	cases := map[string]struct {
		environ []string
		args    []string
		code    int
		want    string // on stderr
	}{
		"help":                   {args: []string{"--help"}},
		"help of a command":      {args: []string{"send", "--help"}},
		"version":                {args: []string{"version"}},
		"nothing":                {code: exitUsage, want: "see: sluice --help"},
		"unknown command":        {args: []string{"fly"}, code: exitUsage, want: "fly"},
		"unknown flag":           {args: []string{"lag", "--fast"}, code: exitUsage, want: "see: sluice lag --help"},
		"a role of a later day":  {args: []string{"run", "console"}, code: exitUsage, want: `role "console" is none of gateway, jobs, pipelines, query, all`},
		"unknown pipeline":       {args: []string{"run", "pipelines", "--pipelines", "gps"}, code: exitUsage, want: `pipeline "gps" is none of gps-live, gps-history`},
		"pipelines without role": {args: []string{"run", "query", "--pipelines", "gps-live"}, code: exitUsage, want: "not the role pipelines"},
		"empty pipelines":        {args: []string{"run", "pipelines", "--pipelines", ""}, code: exitUsage, want: "--pipelines: a value is empty"},
		"prune of nothing":       {args: []string{"dead", "prune", "--pipeline", "", "--yes"}, environ: away, code: exitUsage, want: "--pipeline: a value is empty"},
		"drop of nothing":        {args: []string{"dead", "drop", "--pipeline=", "--reason=bad_json", "--yes"}, environ: away, code: exitUsage, want: "--pipeline: a value is empty"},
		"no reason of three":     {args: []string{"dead", "requeue", "--reason=bad_json,,x"}, environ: away, code: exitUsage, want: "--reason: a value is empty"},
		"since nothing":          {args: []string{"dead", "drop", "--pipeline=gps-live", "--since=", "--yes"}, environ: away, code: exitUsage, want: "--since: a value is empty"},
		"two pipelines":          {args: []string{"lag", "--pipelines=gps-live", "--pipelines=gps-history,x"}, environ: away, code: exitUsage, want: `pipeline "x" is none of`},
		"bad file":               {args: []string{"setup", "--config", file}, code: exitUsage, want: "did you mean kafka.brokers?"},
		"bad variable":           {args: []string{"lag"}, environ: []string{"SLUICE_GPS_MAXAGE=1s"}, code: exitUsage, want: "did you mean SLUICE_GPS_MAX_AGE?"},
		"key file not there":     {args: []string{"run", "gateway"}, environ: []string{"SLUICE_KEYS_FILE=/does/not/exist"}, code: exitUsage, want: "reading API keys"},
		"bad speed":              {args: []string{"send", "x.csv", "--speed", "fast"}, code: exitUsage, want: `speed "fast"`},
		"unknown format":         {args: []string{"send", "x.csv", "--format=unknown"}, code: exitUsage, want: `--format must be one of`},
		"bad configuration":      {args: []string{"config", "check"}, environ: []string{"SLUICE_GPS_MAX_AGE=60"}, code: exitUsage, want: "SLUICE_GPS_MAX_AGE: 60 has no unit"},
		"checked key file":       {args: []string{"config", "check"}, environ: []string{"SLUICE_KEYS_FILE=/does/not/exist"}, code: exitUsage, want: "keys.file: "},
		"good configuration":     {args: []string{"config", "check"}},
		"no such file":           {args: []string{"send", "/does/not/exist.csv"}, code: exitFailed, want: "no such file"},
		"servers away":           {args: []string{"setup"}, environ: away, code: exitFailed, want: "setting up"},
		"lag without Kafka":      {args: []string{"lag"}, environ: away, code: exitFailed, want: "lag of"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := execute(t, c.environ, c.args...)
			if code != c.code || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d, want %d; stderr %q, want %q in it; stdout %q", code, c.code, stderr, c.want, stdout)
			}
		})
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Vars{"benchRows": benchRows()})
	if err != nil {
		t.Fatal(err)
	}
	all := [][]string{{}}
	for _, leaf := range parser.Model.Leaves(true) {
		all = append(all, strings.Fields(strings.TrimPrefix(leaf.FullPath(), parser.Model.Name)))
	}
	if len(all) < 20 {
		t.Fatalf("only %d commands: %v", len(all), all)
	}
	for _, args := range all {
		code, stdout, _ := execute(t, nil, append(args, "--help")...)
		if code != exitDone || !strings.Contains(stdout, "Example:") {
			t.Errorf("%q --help: exit code %d, no example in\n%s", args, code, stdout)
		}
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	code, stdout, _ := execute(t, []string{"SLUICE_ELASTIC_PASSWORD=hunter2", "SLUICE_ELASTIC_USERNAME=me"}, "config", "print")
	if code != exitDone || strings.Contains(stdout, "hunter2") || !strings.Contains(stdout, "elastic.password: ***") {
		t.Errorf("exit code %d:\n%s", code, stdout)
	}
	secrets := t.TempDir()
	writeText(t, secrets, "crm", aSecret)
	code, stdout, _ = execute(t, []string{
		"SLUICE_WEBHOOK_SERVICES=crm=https://crm/levels?city=bj&token=" + plantedSecret, "SLUICE_WEBHOOK_SECRETS_DIR=" + secrets,
		"SLUICE_TRACE_ENDPOINT=http://me:" + plantedSecret + "@collector:4318/v1/traces",
	}, "config", "print")
	if code != exitDone || strings.Contains(stdout, plantedSecret) || !strings.Contains(stdout, "crm=https://crm/levels?city=bj&token=***") ||
		!strings.Contains(stdout, "http://me:***@collector:4318/v1/traces") {
		t.Errorf("URLs: exit code %d:\n%s", code, stdout)
	}
}
