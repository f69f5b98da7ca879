package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sluice/internal/datadir"
	"sluice/internal/doctor"
	"sluice/schemas"
)

// kept is a data directory that nobody holds, with a file in one part.
func kept(t *testing.T) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	d, err := datadir.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	part, err := d.Sub(brokerPart)
	if err == nil {
		file = filepath.Join(part, "groups.log")
		err = errors.Join(os.WriteFile(file, nil, 0o600), d.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir, file
}

func TestDoctorFindsFilesThatTheOwnerMayNotWrite(t *testing.T) {
	dir, file := kept(t)
	me := strconv.Itoa(os.Getuid())
	verdict{judgeOwners(dir), nil}.holds(t)
	files, first, err := notWritableBy(os.Getuid()+1, dir)
	if err != nil || files != 4 || first == "" {
		t.Errorf("to another user: %d, %s, %v", files, first, err)
	}
	if os.Getuid() == 0 {
		if err := os.Chown(file, 4242, -1); err != nil {
			t.Fatal(err)
		}
	} else if err := os.Chmod(file, 0o400); err != nil {
		t.Fatal(err)
	}
	verdict{judgeOwners(dir), []string{"fail 1 file => " + file + " => chown -R " + me + " " + dir}}.holds(t)
}

// A broker that answers while nobody holds the directory is not the directory's.
func TestDoctorTellsAnotherInstallationsBroker(t *testing.T) {
	dir, _ := kept(t)
	asked := false
	part := func(level doctor.Level) *doctor.Part {
		check := doctor.Check{What: "kafka", Where: "h:1", Run: func(context.Context) []doctor.Finding {
			return only(doctor.Finding{Level: level, What: "kafka", Where: "h:1", Text: "as it is", Fix: "fix"})
		}}
		topic := doctor.Check{What: "topic", Where: "t", Run: func(context.Context) []doctor.Finding { asked = true; return nil }}
		p := &doctor.Part{Name: "Kafka", Reach: []doctor.Check{check}, Checks: []doctor.Check{topic}}
		strangers(p, dir)
		return p
	}
	run := func(p *doctor.Part) []doctor.Finding {
		return doctor.Run(t.Context(), doctor.Config{}, []doctor.Part{*p}).Findings
	}
	verdict{run(part(doctor.OK)), []string{"warn nobody holds " + dir + " => sluice up --data " + dir, "skip another installation's"}}.holds(t)
	verdict{run(part(doctor.Fail)), []string{"fail as it is", "skip Kafka does not answer"}}.holds(t)
	if asked {
		t.Error("another installation's broker was asked for its topics")
	}
	if held, said := holder(dir); held || !strings.Contains(said, "nobody") {
		t.Errorf("held %t, %s", held, said)
	}
	d, err := datadir.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // of the test's own directory
	if held, said := holder(dir); !held || !strings.Contains(said, strconv.Itoa(os.Getpid())) {
		t.Errorf("held %t, %s", held, said)
	}
}

func TestDoctorNamesDataWhereASluiceRunsWithoutElasticsearch(t *testing.T) {
	running := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
	}))
	defer running.Close()
	away := func(listen string) []doctor.Finding {
		cfg := defaults(t)
		cfg.HTTP.Listen = listen
		err := schemas.ErrUnavailable
		return remindOfData(t.Context(), cfg, judgeURL("u", nil, err), err)
	}
	verdict{away(running.Listener.Addr().String()), []string{"fail  => sluice doctor --data DIR => SLUICE_ELASTIC_URLS="}}.holds(t)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := nobody.Close(); err != nil {
		t.Fatal(err)
	}
	for _, f := range away(nobody.Addr().String()) {
		if strings.Contains(f.Fix, "--data") {
			t.Errorf("nobody runs, and the fix is %s", f.Fix)
		}
	}
}
