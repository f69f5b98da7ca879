package e2e

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
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
		equal(t, pipeline+": poison", total.poison, 0)
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
