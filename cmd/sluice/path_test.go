package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/schemas"
)

// running is `sluice run all` in this process.
type running struct {
	environ   []string
	ops, http string // URLs
	log       *lines
	stop      context.CancelFunc
	done      chan int
}

// A ping that is posted is found by a search, and everything consumed is accounted for.
func TestPathOnRealServers(t *testing.T) {
	environ := space(t)
	setsUp(t, environ)
	r := runAll(t, environ)
	sends(t, r)
	posts(t, r.http+"/v1/orders", sentOrders(3, 0, 5, time.Now()))
	eventually(t, "all drivers nearby", func() bool {
		_, body := get(t, r.http+"/v1/drivers/nearby?lat=31.2&lon=121.47&radius=50000&limit=100")
		return strings.Count(body, `"driverId"`) == 50
	})
	eventually(t, "the level that five orders make", func() bool {
		_, body := get(t, r.http+"/v1/members/M2")
		return strings.Contains(body, `"level":"silver"`) && strings.Contains(body, `"orders":5`)
	})
	eventually(t, "an even account", func() bool { return r.even(t) })
	eventually(t, "no lag", func() bool {
		code, _, _ := execute(t, environ, "lag", "--max", "0")
		return code == exitDone
	})
	r.stops(t)
	if code, _, _ := execute(t, nil, "send", pingsFile(t, "{}\n"), "--to", r.http, "--give-up", "1ms"); code != exitFailed {
		t.Errorf("send to a gateway that has gone: exit code %d", code)
	}
	http.DefaultClient.CloseIdleConnections()
}

// setsUp refuses to run before the set-up, and finds nothing to do after it.
func setsUp(t *testing.T, environ []string) {
	t.Helper()
	if code, _, stderr := execute(t, environ, "run", "all"); code != exitFailed || !strings.Contains(stderr, "run `sluice setup`") {
		t.Fatalf("without setup: exit code %d, %s", code, stderr)
	}
	if code, _, stderr := execute(t, environ, "setup"); code != exitDone {
		t.Fatalf("setup: exit code %d, %s", code, stderr)
	}
	if _, stdout, _ := execute(t, environ, "setup"); strings.Contains(stdout, "created") || strings.Contains(stdout, "differs") || strings.Contains(stdout, " \n") {
		t.Fatalf("setup again: %s", stdout)
	}
}

func runAll(t *testing.T, environ []string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	r := &running{environ: environ, log: &lines{}, stop: stop, done: make(chan int, 1)}
	go func() {
		p := &process{stdout: r.log, stderr: r.log, environ: environ}
		r.done <- p.execute(ctx, []string{"run", "all"})
	}()
	found := comesUp(t, r.log, r.done, regexp.MustCompile(`"msg":"ready","ops":"([^"]+)","http":"([^"]+)"`))
	r.ops, r.http = found[1], found[2]
	eventually(t, "a member of both groups", func() bool {
		code, _ := get(t, r.ops+"/readyz")
		return code == http.StatusOK
	})
	return r
}

// sends posts 100 good pings of 50 drivers and one that the gateway rejects, and puts one
// that is no JSON into the topic, past the gateway.
func sends(t *testing.T, r *running) {
	t.Helper()
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, `{"driverId":"D%d","ts":%d,"lat":31.2%02d,"lon":121.47,"status":"idle"}`+"\n", i%50, time.Now().UnixMilli()+int64(i), i%50)
	}
	fmt.Fprintf(&text, `{"driverId":"X","ts":%d,"lat":91,"lon":1}`+"\n", time.Now().UnixMilli())
	code, stdout, stderr := execute(t, r.environ, "send", pingsFile(t, text.String()), "--to", r.http, "--json")
	var summary struct {
		Accepted, Rejected int
		Reasons            map[string]int
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil || code != exitDone {
		t.Fatalf("send: exit code %d, %v, %s %s", code, err, stdout, stderr)
	}
	if summary.Accepted != 100 || summary.Rejected != 1 || summary.Reasons["out_of_range lat"] != 1 {
		t.Errorf("send: %s", stdout)
	}
	brokers := strings.TrimPrefix(r.environ[0], "SLUICE_KAFKA_BROKERS=")
	prefix := strings.TrimPrefix(r.environ[2], "SLUICE_TOPIC_PREFIX=")
	code, stdout, stderr = execute(t, nil, "send", pingsFile(t, "no json\n"), "--to", "kafka://"+brokers, "--topic-prefix", prefix)
	if code != exitDone {
		t.Errorf("send to the topic: exit code %d, %s %s", code, stdout, stderr)
	}
}

// pingPipelines are the pipelines of driver.pings.
func pingPipelines() (names []string) {
	for _, s := range specs() {
		if s.topic == schemas.TopicPings {
			names = append(names, s.name)
		}
	}
	return names
}

// even is true once every pipeline of pings has settled all 101 records, one of them as Poison.
func (r *running) even(t *testing.T) bool {
	t.Helper()
	_, metrics := get(t, r.ops+"/metrics")
	even := true
	for _, name := range pingPipelines() {
		consumed, settled := account(t, metrics, name)
		even = even && consumed == 101 && settled == 101 &&
			strings.Contains(metrics, `sluice_records_total{pipeline="`+name+`",reason="bad_json",verdict="poison"} 1`)
	}
	return even
}

// ends ends the process as a signal does.
func (r *running) ends(t *testing.T) {
	t.Helper()
	r.stop()
	if code := <-r.done; code != exitDone {
		t.Errorf("run: exit code %d\n%s", code, r.log.String())
	}
}

// stops ends it, and wants to be told what was left.
func (r *running) stops(t *testing.T) {
	t.Helper()
	r.ends(t)
	for _, name := range pingPipelines() {
		if !regexp.MustCompile(`"msg":"stopped","pipeline":"` + name + `","consumed":101,.*"poison":1,"left":0,.*"started":\d{10}`).MatchString(r.log.String()) {
			t.Errorf("no farewell of %s in\n%s", name, r.log.String())
		}
	}
}

// account is what a pipeline says it has consumed, and how many records ended somehow.
func account(t *testing.T, metrics, pipeline string) (consumed, settled int) {
	t.Helper()
	series := regexp.MustCompile(`(?m)^sluice_records_(consumed_)?total\{pipeline="` + pipeline + `".*\} (\d+)$`)
	for _, m := range series.FindAllStringSubmatch(metrics, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		if m[1] != "" {
			consumed += n
		} else {
			settled += n
		}
	}
	return consumed, settled
}
