package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"sluice/internal/kafka"
	"sluice/pipelines"
	"sluice/schemas"
)

// upWith starts `sluice up` on a directory; the function returned stops it.
func upWith(t *testing.T, dir string) (environ []string, stop func()) {
	t.Helper()
	addrs, stop := upAt(t, dir)
	return []string{"SLUICE_KAFKA_BROKERS=" + addrs.kafka}, stop
}

// upAddrs is where a `sluice up` listens.
type upAddrs struct{ ops, http, kafka string } // the first two are URLs

// upAt is upWith, and says all addresses.
func upAt(t *testing.T, dir string, environ ...string) (addrs upAddrs, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	out := &lines{}
	p := &process{stdin: strings.NewReader(""), stdout: out, stderr: out, environ: append([]string{"SLUICE_TOPIC_PARTITIONS=2", "SLUICE_LOG_FORMAT=json"}, environ...)}
	ended := make(chan int, 1)
	go func() {
		ended <- p.execute(ctx, []string{"up", "--data", dir, "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0", "--ops", "127.0.0.1:0"})
	}()
	found := comesUp(t, out, ended, regexp.MustCompile(`"msg":"ready","ops":"([^"]+)","http":"([^"]+)","kafka":"([^"]+)"`))
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if code := <-ended; code != exitDone {
			t.Errorf("up ended with %d: %s", code, out.String())
		}
	}
	t.Cleanup(stop)
	return upAddrs{ops: found[1], http: found[2], kafka: found[3]}, stop
}

// produce writes n good pings and as many bad ones as poison says.
func produce(t *testing.T, environ []string, n, poison int) {
	t.Helper()
	cfg, err := loadConfig("", environ)
	if err != nil {
		t.Fatal(err)
	}
	publisher, err := kafka.NewPublisher(cfg.kafka(), kafka.PublisherConfig{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UnixMilli()
	var records []pipelines.Record
	for i := range n + poison {
		lat := 31.2
		if i >= n {
			lat = 97
		}
		records = append(records, pipelines.Record{
			Key: fmt.Appendf(nil, "D%d", i%7), Value: fmt.Appendf(nil, `{"driverId":"D%d","ts":%d,"lat":%g,"lon":121.4,"seq":%d,"x":"%s"}`, i%7, now+int64(i), lat, i, "\u202e\u009b31m"),
		})
	}
	err = publisher.Publish(t.Context(), schemas.TopicPings, records)
	if closing := publisher.Close(); err != nil || closing != nil {
		t.Fatal(err, closing)
	}
}

// heap is what dead ls says of one pipeline's letters.
type heap struct {
	Pipeline                        string
	Open, Requeued, Dropped, Echoes int
	Attempts                        int
}

func heaps(t *testing.T, environ []string) map[string]heap {
	t.Helper()
	code, out, errs := execute(t, environ, "dead", "ls", "--json")
	var said struct{ Heaps []heap }
	if err := json.Unmarshal([]byte(out), &said); err != nil || code != exitDone {
		t.Fatalf("dead ls: exit %d, %v: %s%s", code, err, out, errs)
	}
	found := map[string]heap{}
	for _, h := range said.Heaps {
		found[h.Pipeline] = h
	}
	return found
}

func TestDeadLettersAndReplayOnTheEmbeddedDefault(t *testing.T) {
	dir := t.TempDir()
	environ, stop := upWith(t, dir)
	produce(t, environ, 200, 3)
	eventually(t, "dead letters", func() bool { h := heaps(t, environ); return h["gps-live"].Open == 3 && h["gps-history"].Open == 3 })

	t.Run("reasons", func(t *testing.T) { unknownReasons(t, environ) })
	t.Run("show", func(t *testing.T) { showLetter(t, environ) })
	t.Run("requeue", func(t *testing.T) { requeueLetters(t, environ) })
	t.Run("drop", func(t *testing.T) { dropLetters(t, environ) })
	stop()
	t.Run("replay", func(t *testing.T) { replayAll(t, dir) })
}

// unknownReasons: a word that no letter has is answered with those that there are.
func unknownReasons(t *testing.T, environ []string) {
	const want = "sluice: no letter has the reason typo; there are out_of_range\n"
	for _, args := range [][]string{{"ls"}, {"drop", "--yes"}, {"requeue", "--dry-run"}} {
		code, out, errs := execute(t, environ, append(append([]string{"dead"}, args...), "--reason", "typo", "--stage", "decode")...)
		if code != exitDone || errs != want {
			t.Errorf("dead %v: exit %d, %s%s", args, code, out, errs)
		}
	}
	if _, out, errs := execute(t, environ, "dead", "requeue", "--reason", "out_of_range", "--limit", "1", "--dry-run"); errs != "" || !strings.HasPrefix(out, "1 letter would") {
		t.Errorf("%s%s", out, errs)
	}
}

func showLetter(t *testing.T, environ []string) {
	code, out, errs := execute(t, environ, "dead", "ls", "--each", "--json", "--pipeline", "gps-history", "--limit", "1")
	var line letterLine
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &line); err != nil || code != exitDone {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	code, out, _ = execute(t, environ, "dead", "show", line.ID)
	for _, want := range []string{"letter       " + line.ID, "state        open", "reason       out_of_range", `\u202e\u009b31m`} {
		if !strings.Contains(out, want) {
			t.Errorf("show does not say %q:\n%s", want, out)
		}
	}
	if code != exitDone || strings.ContainsAny(out, "\u009b\u202e") {
		t.Errorf("exit %d, or unsafe:\n%q", code, out)
	}
	if _, out, _ = execute(t, environ, "dead", "show", line.ID, "--raw"); !strings.HasPrefix(out, `{"driverId":"D`) || !strings.Contains(out, "\u009b31m") {
		t.Errorf("--raw gave %q", out)
	}
	if code, _, errs = execute(t, environ, "dead", "show", "gps-live/0/9999"); code != exitFound {
		t.Errorf("a letter that is not there: exit %d, %s", code, errs)
	}
}

func requeueLetters(t *testing.T, environ []string) {
	if code, _, _ := execute(t, environ, "dead", "requeue"); code != exitUsage {
		t.Errorf("without a choice: exit %d", code)
	}
	if code, out, _ := execute(t, environ, "dead", "requeue", "--pipeline", "gps-live", "--dry-run"); code != exitDone || !strings.HasPrefix(out, "3 letters would be requeued; nothing was done") {
		t.Errorf("dry run: exit %d, %s", code, out)
	}
	if got := heaps(t, environ)["gps-live"]; got.Open != 3 || got.Requeued != 0 {
		t.Errorf("after the dry run: %+v", got)
	}
	if code, out, errs := execute(t, environ, "dead", "requeue", "--pipeline", "gps-live"); code != exitDone || out != "3 letters requeued\n" {
		t.Fatalf("exit %d, %s%s", code, out, errs)
	}
	// Their cause has not gone: they come back, and the other pipeline has echoes.
	eventually(t, "their return", func() bool {
		h := heaps(t, environ)
		return h["gps-live"] == heap{Pipeline: "gps-live", Open: 3, Requeued: 3, Attempts: 1} && h["gps-history"].Echoes == 3
	})
	if code, out, _ := execute(t, environ, "dead", "requeue", "--all", "--max-attempts", "1", "--pipeline", "gps-live"); code != exitDone || !strings.Contains(out, "3 left alone") {
		t.Errorf("hopeless ones: exit %d, %s", code, out)
	}
}

func dropLetters(t *testing.T, environ []string) {
	if code, _, errs := execute(t, environ, "dead", "drop", "--all"); code != exitUsage || !strings.Contains(errs, "--yes") {
		t.Errorf("without a person: exit %d, %s", code, errs)
	}
	if code, out, _ := execute(t, environ, "dead", "drop", "--all", "--yes", "--json"); code != exitDone || !strings.Contains(out, `"dropped":9`) {
		t.Errorf("exit %d, %s", code, out)
	}
	for name, h := range heaps(t, environ) {
		if h.Open != 0 || h.Echoes != 0 {
			t.Errorf("%s: %+v", name, h)
		}
	}
	if code, _, errs := execute(t, environ, "dead", "requeue", "gps-live/0/0", "gps-live/1/9999"); code != exitFound || !strings.Contains(errs, "not there") {
		t.Errorf("letters that are done with, or not there: exit %d, %s", code, errs)
	}
}

func replayAll(t *testing.T, dir string) {
	environ := []string{"SLUICE_KAFKA_BROKERS=127.0.0.1:0"}
	for pipeline, want := range map[string]replaySummary{
		"gps-history": {Consumed: 206, Duplicate: 200, Dead: 6}, "gps-live": {Consumed: 206, Stale: 200, Dead: 6},
	} {
		code, out, errs := execute(t, environ, "replay", "--data", dir, "--pipeline", pipeline, "--from", "1h", "--to", "now", "--json")
		var got replaySummary
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitDone {
			t.Fatalf("%s: exit %d, %v: %s%s", pipeline, code, err, out, errs)
		}
		if !got.Finished || got.Consumed != want.Consumed || got.Duplicate != want.Duplicate || got.Stale != want.Stale || got.Dead != want.Dead || got.Stored != 0 {
			t.Errorf("%s: %+v, want %+v", pipeline, got, want)
		}
	}
	for name, args := range map[string][]string{
		"nothing to go on with": {"--name", "never"}, "nothing to forget": {"--name", "never", "--forget"}, "half a range": {"--from", "1h"}, "a shadow of a directory": {"--from", "1h", "--to", "now", "--shadow", "x"},
		"backwards": {"--from", "now", "--to", "1h"}, "a bad name": {"--name", "A/B", "--from", "1h", "--to", "now"},
	} {
		if code, _, errs := execute(t, environ, append([]string{"replay", "--data", dir}, args...)...); code != exitUsage {
			t.Errorf("%s: exit %d, %s", name, code, errs)
		}
	}
}

// Records of the range that are gone are told, with exit code 3; the rest is replayed.
func TestReplayTellsAGap(t *testing.T) {
	dir := t.TempDir()
	environ, stop := upWith(t, dir)
	produce(t, environ, 100, 0)
	admin, err := kafka.NewAdmin(kafka.Config{Brokers: []string{strings.TrimPrefix(environ[0], "SLUICE_KAFKA_BROKERS=")}})
	if err == nil {
		err = admin.DeleteBefore(t.Context(), schemas.TopicPings, map[int32]int64{0: 10})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.Close(); err != nil {
		t.Fatal(err)
	}
	stop()
	code, out, errs := execute(t, []string{"SLUICE_KAFKA_BROKERS=127.0.0.1:0"}, "replay", "--data", dir, "--from", "1h", "--to", "now", "--as-of", "off")
	if code != exitFound || !strings.Contains(out, "gap: driver.pings/0: records below offset 10 were gone") || !strings.Contains(out, "consumed 90 = ") {
		t.Errorf("exit %d:\n%s%s", code, out, errs)
	}
}
