package e2e

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// austinDay is a day of Austin's buses: 45,000 pings, most of them out of order, three of
// them at 0,0 and one twice. It lies beside the repository, not in it.
const austinDay = "austin-2017-03-21.csv.zst"

// A real day through the whole of sluice, with and without the outlier gate: what was sent,
// what Kafka holds, what the counters say and what Elasticsearch holds are the same.
func TestAustinDay(t *testing.T) {
	file := filepath.Join("..", "..", "..", "shared", "data", "gps", austinDay)
	rows := readAustin(t, file)
	for name, env := range map[string][]string{
		"default": nil, "without the outlier gate": {"SLUICE_GPS_OUTLIER_SPEED=0"},
	} {
		t.Run(name, func(t *testing.T) {
			day := &austin{site: newSite(t, append(env, "SLUICE_GPS_MAX_AGE=0")...).setup(), file: file, rows: rows}
			day.pass(t)
		})
	}
}

// austin is the day in one installation.
type austin struct {
	*site
	file string
	rows []austinRow
}

// austinRow is one ping of the file, read by the test itself.
type austinRow struct {
	fix
	valid bool
}

func readAustin(t *testing.T, file string) []austinRow {
	t.Helper()
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("waits for %s, which lies beside the repository", austinDay)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	unpacked, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer unpacked.Close()
	lines := csv.NewReader(unpacked)
	header, err := lines.Read()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range header {
		column[name] = i
	}
	var rows []austinRow
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, line[column["timestamp"]])
		if err != nil {
			t.Fatal(err)
		}
		var number [3]float64
		for i, name := range []string{"latitude", "longitude", "speed"} {
			if number[i], err = strconv.ParseFloat(line[column[name]], 64); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, austinRow{
			fix: fix{
				driver: line[column["vehicle_id"]], ts: at.UnixMilli(), lat: number[0], lon: number[1],
				optional: map[string]any{"speed": number[2]},
			},
			valid: number[0] != 0 || number[1] != 0,
		})
	}
}

// pass sends the day and compares everything.
func (a *austin) pass(t *testing.T) {
	c := a.start("all", nil, "run", "all").ready()
	code, out := a.run(nil, "send", a.file, "--to", c.http, "--json", "--col", "driverId=vehicle_id",
		"--col", "ts=timestamp", "--col", "lat=latitude", "--col", "lon=longitude", "--col", "speed=speed")
	t.Logf("send: %s", strings.TrimSpace(out))
	if code != 0 {
		t.Fatalf("send ended with %d", code)
	}
	a.settled(live, history)
	o, valid := newOracle(time.Time{}), 0
	for i := range a.rows {
		if a.rows[i].valid {
			valid++
			o.take(&a.rows[i].fix, 0)
		}
	}
	var said struct{ Read, Accepted, Rejected int }
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatal(err)
	}
	equal(t, "send: read", float64(said.Read), len(a.rows))
	equal(t, "send: accepted", float64(said.Accepted), valid)
	equal(t, "send: rejected", float64(said.Rejected), len(a.rows)-valid)
	a.counters(t, c, o, valid)
	a.stores(t, o)
	a.kcatAgrees(t, valid)
	a.questions(t, c, o)
	if code, out := a.run(nil, "lag", "--max", "0"); code != 0 {
		t.Errorf("lag ended with %d: %s", code, out)
	}
	c.stop()
}

// counters compares what the process counted with the sets.
func (a *austin) counters(t *testing.T, c *child, o *oracle, valid int) {
	m, err := c.metrics()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "gateway: accepted", m.sum("sluice_gateway_accepted_total"), valid)
	equal(t, "gateway: rejected", m.sum("sluice_gateway_rejected_total"), len(a.rows)-valid)
	for _, pipeline := range []string{live, history} {
		total := c.sums(pipeline)
		t.Logf("%s: %s, outliers %.0f", pipeline, total, m.sum("sluice_records_total", label{"pipeline", pipeline}, label{"reason", "outlier"}))
		equal(t, pipeline+": consumed", total.consumed, valid)
		equal(t, pipeline+": settled", total.settled(), valid)
		equal(t, pipeline+": dead", total.poison, 0)
		if pipeline == history {
			equal(t, "history: stored", total.stored, len(o.history))
			equal(t, "history: duplicate", total.duplicate, valid-len(o.history))
		}
	}
}

// stores compares documents, but for receivedAt, which only the gateway knows.
func (a *austin) stores(t *testing.T, o *oracle) {
	compare := func(index string, want map[string][]map[string]any, key func(document) string) {
		docs := a.store.scan(a.prefix + index)
		for i := range docs {
			if _, ok := docs[i].Source["receivedAt"].(float64); !ok {
				t.Errorf("%s/%s has no receivedAt", docs[i].Index, docs[i].ID)
			}
			delete(docs[i].Source, "receivedAt")
		}
		for _, d := range differences(want, docs, key) {
			t.Errorf("%s: %s", index, d)
		}
	}
	compare("pings-*", o.history, func(d document) string { return strings.TrimPrefix(d.Index, a.prefix) + "/" + d.ID })
	compare("positions", o.live, func(d document) string { return d.ID })
}

// kcatAgrees lets another client count the topic.
func (a *austin) kcatAgrees(t *testing.T, want int) {
	kcat, err := exec.LookPath("kcat")
	if err != nil {
		t.Log("kcat is not installed: the topic is counted by the test's own client only")
		equal(t, "records in the topic", float64(len(a.read(pings))), want)
		return
	}
	out, err := exec.CommandContext(t.Context(), kcat, "-C", "-q", "-e", "-b", strings.Join(a.brokers, ","),
		"-t", a.prefix+pings, "-o", "beginning", "-f", "%p %o\n").Output()
	if err != nil {
		t.Fatalf("kcat: %v", err)
	}
	equal(t, "records that kcat counts", float64(strings.Count(string(out), "\n")), want)
}

// questions asks the query API what a person would.
func (a *austin) questions(t *testing.T, c *child, o *oracle) {
	asked := 0
	for driver, docs := range o.live {
		if asked++; asked > 5 {
			break
		}
		var at map[string]any
		ask(t, c.http+"/v1/drivers/"+driver, &at)
		if !samePlace(docs, at) {
			t.Errorf("driver %s is at %v, want %v", driver, at, docs)
		}
		a.track(t, c, driver, int64(docs[0]["ts"].(float64)), o)
	}
	first := a.rows[0]
	near := fmt.Sprintf("%s/v1/drivers/nearby?lat=%g&lon=%g&radius=50000&maxAge=24h", c.http, first.lat, first.lon)
	var found struct {
		Drivers []struct {
			DriverID string
			Distance float64
		}
	}
	ask(t, near, &found)
	if len(found.Drivers) != 0 {
		t.Errorf("nearby finds %d drivers of years ago", len(found.Drivers))
	}
	p := &poster{t: t, url: c.http + "/v1/pings"}
	p.at(first.lat, first.lon)
	p.mustAccept("today")
	began := time.Now()
	until(t, "nearby to find a driver of today", func() error {
		ask(t, near, &found)
		if len(found.Drivers) != 1 || found.Drivers[0].DriverID != p.accepted[0] || found.Drivers[0].Distance > 1 {
			return fmt.Errorf("nearby answers %v", found.Drivers)
		}
		return nil
	})
	t.Logf("nearby finds a ping %s after its 202", time.Since(began).Round(time.Millisecond))
	a.settled(live, history)
}

// track compares a driver's day, page by page, with the file.
func (a *austin) track(t *testing.T, c *child, driver string, newest int64, o *oracle) {
	var got []int64
	for cursor := ""; ; {
		var page struct {
			Points []struct{ TS int64 }
			Next   *string
		}
		ask(t, fmt.Sprintf("%s/v1/drivers/%s/track?from=%d&to=%d&limit=100&cursor=%s", c.http, driver, newest-48*3_600_000, newest+1, cursor), &page)
		for _, point := range page.Points {
			got = append(got, point.TS)
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	want := 0
	for id := range o.history {
		if strings.Contains(id, "/"+driver+"-") {
			want++
		}
	}
	equal(t, "points on the track of "+driver, float64(len(got)), want)
	for i := 1; i < len(got); i++ {
		if got[i] < got[i-1] {
			t.Errorf("the track of %s goes back in time at point %d", driver, i)
		}
	}
}

func samePlace(docs []map[string]any, at map[string]any) bool {
	for _, d := range docs {
		if d["driverId"] == at["driverId"] && d["ts"] == at["ts"] && d["lat"] == at["lat"] && d["lon"] == at["lon"] && d["speed"] == at["speed"] {
			return true
		}
	}
	return false
}

func ask(t *testing.T, url string, out any) {
	t.Helper()
	status, body, err := get(url)
	if err != nil || status != 200 {
		t.Fatalf("GET %s: %d %s %v", url, status, body, err)
	}
	if err := json.Unmarshal([]byte(body), out); err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
}
