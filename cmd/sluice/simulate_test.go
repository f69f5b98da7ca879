package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sluice/internal/simulate/load"
	"sluice/internal/simulate/verify"
	"sluice/internal/stacktest"
)

// everyMischief is a short load with every kind of misbehaviour.
func everyMischief(t *testing.T, environ []string, gateway, ops string) (ledger string) {
	t.Helper()
	ledger = filepath.Join(t.TempDir(), "a.ledger")
	code, stdout, stderr := execute(t, environ, "simulate", "--to", gateway, "--ops", ops, "--ledger", ledger, "--json", "--seed", "5",
		"--drivers", "500", "--rate", "2000", "--for", "3s", "--late", "5%", "--double", "5%", "--disorder", "2%", "--ahead", "1%", "--teleport", "0.01", "--poison", "2%")
	var s load.Summary
	if err := json.Unmarshal([]byte(stdout), &s); err != nil || code != exitDone {
		t.Fatalf("simulate: exit code %d, %v, %s %s", code, err, stdout, stderr)
	}
	if s.Planned != 6000 || s.Due != 6000 || s.Acked == 0 || s.Refused == 0 || s.TopicPoison == 0 || s.Doubtful != 0 || s.Cost.CPUSeconds == 0 {
		t.Errorf("simulate: %s", stdout)
	}
	return ledger
}

// proved verifies and returns the assertions that fail; all but L7 are judged.
func proved(t *testing.T, environ []string, args ...string) string {
	t.Helper()
	code, stdout, stderr := execute(t, environ, append([]string{"simulate", "verify", "--json"}, args...)...)
	var r verify.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("verify: exit code %d, %v, %s %s", code, err, stdout, stderr)
	}
	var failing []string
	for _, a := range r.Assertions {
		switch {
		case a.State == verify.Fails:
			failing = append(failing, a.ID)
		case (a.State == verify.NA) != (a.ID == "L7"):
			t.Errorf("verify: %+v", a)
		}
	}
	if (code == exitFound) != (len(failing) > 0) || code != exitFound && code != exitDone {
		t.Errorf("verify: exit code %d with %v failing, %s", code, failing, stderr)
	}
	return strings.Join(failing, " ")
}

func TestASimulatedLoadIsProvedOnRealServers(t *testing.T) {
	environ := space(t)
	if code, _, stderr := execute(t, environ, "setup"); code != exitDone {
		t.Fatalf("setup: exit code %d, %s", code, stderr)
	}
	r := runAll(t, environ)
	ledger := everyMischief(t, environ, r.http, r.ops)
	if got := proved(t, environ, ledger); got != "" {
		t.Errorf("%s fail", got)
	}
	reachesNobody(t, environ)
	cutOff(t, environ, ledger)
	loseOne(t, environ)
	if got := proved(t, environ, ledger); got != "L1 L8" {
		t.Errorf("with a document deleted %q fail, want L1 and L8", got)
	}
	r.stop()
	<-r.done
	http.DefaultClient.CloseIdleConnections()
}

// reachesNobody: a load of which nothing was answered has failed, and says by what.
func reachesNobody(t *testing.T, environ []string) {
	t.Helper()
	code, stdout, stderr := execute(t, environ, "simulate", "--to", "http://127.0.0.1:1", "--rate", "100", "--for", "200ms", "--give-up", "200ms",
		"--ledger", filepath.Join(t.TempDir(), "nobody.ledger"))
	if code != exitFailed || !strings.Contains(stderr, "not one record was answered, 20 are in doubt") || !strings.Contains(stderr, "connection refused") {
		t.Errorf("a load that reached nobody: exit code %d, %s%s", code, stdout, stderr)
	}
}

// cutOff: a verification that is interrupted says so.
func cutOff(t *testing.T, environ []string, ledger string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	out := &lines{}
	p := &process{stdout: out, stderr: out, environ: environ}
	if code := p.execute(ctx, []string{"simulate", "verify", ledger}); code != exitFailed || !strings.Contains(out.String(), "interrupted: nothing is proved") {
		t.Errorf("an interrupted verify: exit code %d, %s", code, out.String())
	}
}

// loseOne deletes one document of history.
func loseOne(t *testing.T, environ []string) {
	t.Helper()
	url, _, _ := strings.Cut(strings.TrimPrefix(environ[1], "SLUICE_ELASTIC_URLS="), ",")
	prefix := strings.TrimPrefix(environ[3], "SLUICE_INDEX_PREFIX=")
	_, body := get(t, url+"/"+prefix+"pings-*/_search?size=1&q=driverId:sim-*")
	var found struct {
		Hits struct {
			Hits []struct {
				Index string `json:"_index"`
				ID    string `json:"_id"`
			} `json:"hits"`
		} `json:"hits"`
	}
	if err := json.Unmarshal([]byte(body), &found); err != nil || len(found.Hits.Hits) != 1 {
		t.Fatalf("looking for a document: %v %s", err, body)
	}
	remove(t, fmt.Sprintf("%s/%s/_doc/%s", url, found.Hits.Hits[0].Index, found.Hits.Hits[0].ID))
}

func TestASimulatedLoadIsProvedEmbedded(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	free := stacktest.FreeAddresses(t, 3)
	gateway, ops, broker := free[0], free[1], free[2]
	environ := []string{
		"SLUICE_KAFKA_BROKERS=" + broker, "SLUICE_HTTP_LISTEN=" + gateway, "SLUICE_OPS_LISTEN=" + ops,
		"SLUICE_TOPIC_PARTITIONS=2", "SLUICE_DATA_SYNC=false",
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log, done := &lines{}, make(chan int, 1)
	go func() {
		p := &process{stdout: log, stderr: log, environ: environ}
		done <- p.execute(ctx, []string{"up", "--data", data})
	}()
	comesUp(t, log, done, regexp.MustCompile(`"msg":"ready"`))
	user := "http://me:" + plantedSecret + "@"
	ledger := everyMischief(t, environ, user+gateway, user+ops)
	if book, err := os.ReadFile(ledger); err != nil || bytes.Contains(book, []byte(plantedSecret)) || !bytes.Contains(book, []byte("http://"+gateway)) {
		t.Errorf("the ledger, which is handed on, has the secret of an address: %v", err)
	}
	if got := proved(t, environ, ledger, "--data", data); got != "" {
		t.Errorf("%s fail", got)
	}
	stop()
	if code := <-done; code != exitDone {
		t.Errorf("up: exit code %d\n%s", code, log.String())
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestSimulateRefusesWhatCannotBe(t *testing.T) {
	away := []string{"SLUICE_KAFKA_BROKERS=127.0.0.1:1", "SLUICE_KAFKA_DIAL_TIMEOUT=100ms"}
	dir := t.TempDir()
	for want, c := range map[string]struct {
		args []string
		code int
	}{
		`share "much"`:            {[]string{"--late", "much"}, exitUsage},
		`share "200%"`:            {[]string{"--poison", "200%"}, exitUsage},
		"rate is 0":               {[]string{"--rate", "0"}, exitUsage},
		"workers are 0":           {[]string{"--workers", "0"}, exitUsage},
		"want http://host":        {[]string{"--to", "gateway"}, exitUsage},
		"where the pipelines":     {[]string{"--ledger", filepath.Join(dir, "new.ledger")}, exitFailed},
		"no ledger of sluice":     {[]string{"verify", pingsFile(t, "{}\n")}, exitFailed},
		"lost.ledger":             {[]string{"verify", filepath.Join(dir, "lost.ledger")}, exitUsage},
		"--data":                  {[]string{"verify", pingsFile(t, "{}\n"), "--data"}, exitUsage},
		"--poison-to must be one": {[]string{"--poison-to", "nowhere"}, exitUsage},
	} {
		code, _, stderr := execute(t, away, append([]string{"simulate"}, c.args...)...)
		if code != c.code || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit code %d, want %d; %q, want %q in it", c.args, code, c.code, stderr, want)
		}
	}
}

func TestShares(t *testing.T) {
	for text, want := range map[string]share{"5%": 0.05, "0.1%": 0.001, "0.05": 0.05, "0": 0, "100%": 1} {
		var s share
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s is %g, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "%", "5 %", "5%%", "x", "5pc", "NaN", "-1%", "101%", "Inf"} {
		var s share
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is %g", text, s)
		}
	}
}
