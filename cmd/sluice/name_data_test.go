package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"sluice/internal/reconcile"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// Beside a plain `sluice up` there is neither Elasticsearch nor Redis: who asks them is told of --data.
func TestBesideUpTheDataDirectoryIsNamed(t *testing.T) {
	dir := t.TempDir()
	addrs, _ := upAt(t, dir)
	environ := []string{
		"SLUICE_TOPIC_PARTITIONS=2", "SLUICE_KAFKA_BROKERS=" + addrs.kafka, "SLUICE_REDIS_ADDRS=127.0.0.1:1", "SLUICE_ELASTIC_URLS=http://127.0.0.1:1",
	}
	ledger := filepath.Join(t.TempDir(), "a.ledger")
	if code, _, stderr := execute(t, environ, "simulate", "--to", addrs.http, "--ledger", ledger, "--drivers", "2", "--rate", "20", "--for", "200ms"); code != exitDone {
		t.Fatalf("simulate: exit code %d, %s", code, stderr)
	}
	levels := written(t, "levels.yaml", string(rules.DefaultFile()))
	for _, c := range []struct {
		want string
		code int
		args []string
	}{
		{dataAlone, exitFailed, []string{"reconcile"}},
		{dataAlone, exitFailed, []string{"rules", "apply", levels}},
		{dataAlone, exitFailed, []string{"rules", "diff", levels, levels, "--members"}},
		{dataAlone, exitFailed, []string{"replay", "--from", "1h", "--to", "now"}},
		{dataBeside, exitFailed, []string{"simulate", "verify", ledger, "--to", "none"}},
		{dataBeside, exitDone, []string{"lag", "--interval", "0"}},
		{"", exitDone, []string{"lag", "--interval", "0", "--data", dir}},
		{"", exitDone, []string{"simulate", "verify", ledger, "--to", "none", "--data", dir}},
	} {
		code, _, stderr := execute(t, environ, c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) || (c.want == "") == strings.Contains(stderr, "add --data") {
			t.Errorf("%v: exit code %d, want %d and %q: %s", c.args, code, c.code, c.want, stderr)
		}
	}
}

// A watch goes on after a round that failed, and says so itself.
func TestAWatchNamesTheDataDirectory(t *testing.T) {
	for data, named := range map[string]bool{"": true, "somewhere": false} {
		var told bytes.Buffer
		newReconcilePrinter(&process{stderr: &told}, &reconcileCmd{Watch: true, Data: data}).Ended(reconcile.Report{}, schemas.ErrUnavailable)
		if strings.Contains(told.String(), dataAlone) != named {
			t.Errorf("--data %q: %s", data, told.String())
		}
	}
}
