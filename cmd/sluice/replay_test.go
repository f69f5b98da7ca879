package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/replay"
	"sluice/internal/stacktest"
	"sluice/schemas"
)

// replays runs one replay to its end, and returns its summary.
func replays(t *testing.T, environ []string, args ...string) replaySummary {
	t.Helper()
	code, out, errs := execute(t, environ, append([]string{"replay", "--json"}, args...)...)
	var sum replaySummary
	if err := json.Unmarshal([]byte(out), &sum); err != nil || code != exitDone || !sum.Finished {
		t.Fatalf("replay %v: exit %d, %v: %s%s", args, code, err, out, errs)
	}
	return sum
}

// A directory that is misspelt is refused, not made.
func TestReplayMakesNoDataDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "typo")
	code, _, errs := execute(t, nil, "replay", "--data", path, "--from", "1h", "--to", "now")
	if _, err := os.Stat(path); code != exitUsage || !strings.Contains(errs, path) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("exit code %d, %v: %s", code, err, errs)
	}
}

// A store that is away leaves the name free: another range is not refused for a replay that never began.
func TestReplayAsksItsStoreBeforeItTakesItsName(t *testing.T) {
	environ, cfg := embeddedKafka(t)
	environ = append(environ, "SLUICE_ELASTIC_URLS=http://127.0.0.1:1", "SLUICE_REDIS_ADDRS=127.0.0.1:1")
	for _, pipeline := range []string{"gps-history", "order-levels"} {
		for _, from := range []string{"1h", "2h"} {
			code, _, said := execute(t, environ, "replay", "--pipeline", pipeline, "--from", from, "--to", "now")
			if code != exitFailed || !strings.Contains(said, "looking for where to write") || !strings.Contains(said, "refused") {
				t.Errorf("%s from %s: exit code %d: %s", pipeline, from, code, said)
			}
		}
		admin, err := kafka.NewAdmin(cfg.kafka())
		if err != nil {
			t.Fatal(err)
		}
		topic := cfg.chosen([]string{pipeline})[0].topic
		places, err := admin.Places(t.Context(), cfg.Topic.Prefix+"sluice-replay-"+pipeline, topic)
		if err := errors.Join(err, admin.Close()); err != nil || len(places) != 0 {
			t.Errorf("%s: the name is taken: %v, %v", pipeline, places, err)
		}
	}
}

// A name tells which pipeline it replays before any store is asked: of another, or of one that is no more, nothing is carried.
func TestReplayKnowsWhatItsNameMeans(t *testing.T) {
	environ, cfg := embeddedKafka(t)
	environ = append(environ, "SLUICE_ELASTIC_URLS=http://127.0.0.1:1", "SLUICE_REDIS_ADDRS=127.0.0.1:1")
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	job := replay.Job{Pipeline: "gone", Topic: schemas.TopicPings, From: 1, To: 2, AsOf: asOfRecord}
	bounds := func(context.Context, replay.Job) ([]replay.Part, error) { return []replay.Part{{To: 1}}, nil }
	if _, err := replay.Begin(t.Context(), replayLedger{admin: admin}, bounds, cfg.Topic.Prefix+"sluice-replay-back", job); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--name", "back"}, `pipeline "gone" is none of`},
		{[]string{"--name", "back", "--pipeline", "gps-live"}, "say --pipeline gone"},
	} {
		if code, _, said := execute(t, environ, append([]string{"replay"}, c.args...)...); code != exitUsage || !strings.Contains(said, c.want) {
			t.Errorf("%v: exit code %d: %s", c.args, code, said)
		}
	}
}

// counts are a summary's, to be compared.
func (s replaySummary) counts() [4]uint64 { return [4]uint64{s.Stored, s.Stale, s.Duplicate, s.Dead} }

// Nothing runs but replays: the first stores everything, the second changes nothing, a shadow
// gets its own, and one that is stopped goes on where it was.
func TestReplayOnRealServers(t *testing.T) {
	environ := space(t)
	if code, _, errs := execute(t, environ, "setup"); code != exitDone {
		t.Fatalf("setup: exit code %d, %s", code, errs)
	}
	t.Cleanup(func() { removeShadow(t, environ, "mirror") })
	produce(t, environ, 500, 3)
	hour := []string{"--from", "1h", "--to", "now"}
	for name, c := range map[string]struct {
		args []string
		want [4]uint64
	}{
		"first":  {nil, [4]uint64{500, 0, 0, 3}},
		"shadow": {[]string{"--shadow", "mirror", "--name", "mirror"}, [4]uint64{500, 0, 0, 3}},
	} {
		if got := replays(t, environ, append(c.args, hour...)...); got.counts() != c.want {
			t.Errorf("%s: %+v, want %v", name, got, c.want)
		}
	}
	stopped, went := stopsAndGoesOn(t, environ)
	if stopped.DeadKept+went.DeadKept != stopped.Dead+went.Dead || went.DeadKept == 0 && stopped.DeadKept == 0 {
		t.Errorf("letters kept already are not told: stopped %+v, went on %+v", stopped, went)
	}
	if n := stopped.Duplicate + went.Duplicate; n < 500 || stopped.Stored+went.Stored != 0 || stopped.Finished {
		t.Errorf("stopped %+v, went on %+v", stopped, went)
	}
	if h := heaps(t, environ)["gps-history"]; h.Open != 3 {
		t.Errorf("three letters, met by three replays, are kept %d times", h.Open)
	}
}

// stopsAndGoesOn stops a slow replay in the middle, and ends it under its name.
func stopsAndGoesOn(t *testing.T, environ []string) (stopped, went replaySummary) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out, errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		p := &process{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, environ: environ}
		ended <- p.execute(ctx, []string{"replay", "--json", "--from", "1h", "--to", "now", "--name", "slow", "--rate", "50"})
	}()
	commitsSome(t, environ, "slow")
	stop()
	code := <-ended
	if err := json.Unmarshal(out.Bytes(), &stopped); err != nil || code != exitFailed {
		t.Fatalf("stopped: exit %d, %v: %s%s", code, err, out.String(), errs.String())
	}
	if code, _, said := execute(t, environ, "replay", "--from", "2h", "--to", "now", "--name", "slow"); code != exitUsage || !strings.Contains(said, "another replay has this name") {
		t.Errorf("another range: exit %d, %s", code, said)
	}
	return stopped, replays(t, environ, "--name", "slow")
}

// commitsSome waits until a replay has committed some of its records.
func commitsSome(t *testing.T, environ []string, name string) {
	t.Helper()
	cfg, err := loadConfig("", environ)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	}()
	eventually(t, "a commit of the replay", func() bool {
		places, err := admin.Places(t.Context(), cfg.Topic.Prefix+"sluice-replay-"+name, schemas.TopicPings)
		return err == nil && slices.ContainsFunc(places, func(p kafka.Place) bool { return p.Next > 0 })
	})
}

func removeShadow(t *testing.T, environ []string, name string) {
	cfg, err := loadConfig("", environ)
	if err != nil {
		t.Fatal(err)
	}
	url, prefix := stacktest.Elastic(t)[0], cfg.Index.Prefix+"shadow-"+name+"-"
	day := time.Now().UTC().Format("2006.01.02")
	for _, path := range []string{"/" + prefix + "positions", "/_index_template/" + prefix + "positions", "/_index_template/" + prefix + "pings", "/_index_template/" + prefix + "orders", "/" + prefix + "pings-" + day} {
		remove(t, url+path)
	}
}
