package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/internal/simulate/ledger"
)

func farewellLine(pipeline string, started float64, consumed int) string {
	return fmt.Sprintf(`{"level":"info","msg":"stopped","pipeline":%q,"consumed":%d,"stored":%d,"stale":3,"duplicate":2,"poison":1,"left":4,"uncommitted":9,"started":%v,"pipelines":2}`+"\n",
		pipeline, consumed, consumed-10, started)
}

// A log is read as it grows: only whole lines, only lives of which every pipeline has said that it stopped.
func TestFarewellsAreReadAsALogGrows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	log := &farewells{file: file}
	live, past := farewellLine("gps-live", 1790000000.37, 110), farewellLine("gps-history", 1790000000.37, 210)
	killed := farewellLine("gps-live", 1790000001.5, 50)
	for _, step := range []struct {
		more string
		want int
	}{
		{"", 0},
		{`{"msg":"ready"}` + "\n" + live, 0},
		{past[:40], 0},
		{past[40:], 1},
		{killed, 1}, // between its two words
		{farewellLine("gps-live", 0, 1) + farewellLine("gps-history", 0, 1), 1}, // of whom nobody knows who it is
		{`{"msg":"partition drained","reason":"stopped"}` + "\n" + farewellLine("gps-live", 1790000002, 20) + farewellLine("gps-history", 1790000002, 20), 2},
	} {
		if step.more != "" {
			text, err := os.ReadFile(file)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, append(text, step.more...), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		said, err := log.Farewells()
		if err != nil || len(said) != step.want {
			t.Errorf("after %q: %d farewells, %v, want %d", step.more, len(said), err, step.want)
		}
	}
	all, err := (&farewells{file: file}).processes("http://ops")
	if err != nil || len(all) != 2 || all[0].URL != "http://ops" || all[0].Started != 1790000000.37 {
		t.Fatalf("%+v, %v", all, err)
	}
	want := map[string]float64{ledger.Consumed: 210, "stored": 200, "stale": 3, "duplicate": 2, "poison": 1, "unsettled": 4}
	for _, c := range all[0].Counts {
		if c.Pipeline != "gps-history" {
			continue
		}
		if c.Records != want[c.Verdict] {
			t.Errorf("%s is %v, want %v", c.Verdict, c.Records, want[c.Verdict])
		}
		delete(want, c.Verdict)
	}
	if len(want) > 0 {
		t.Errorf("nothing is said of %v", want)
	}
}

// A process that dies at a failpoint says what it had read: a drill's watch counts it, and verify, for which consumed is
// what has ended, does not.
func TestWhatDiesAtAFailpointIsHeardByTheWatchAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	words := farewellLine("gps-live", 1790000000.37, 110) + farewellLine("gps-history", 1790000000.37, 210)
	words = strings.ReplaceAll(words, `"stopped"`, `"`+saidKilled+`"`)
	words += farewellLine("gps-live", 1790000002, 20) + farewellLine("gps-history", 1790000002, 20)
	if err := os.WriteFile(file, []byte(words), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := (&farewells{file: file}).Farewells()
	if err != nil || len(said) != 2 || said[0].Started != 1790000000.37 {
		t.Fatalf("the watch hears %+v, %v", said, err)
	}
	consumed := 0.0
	for _, m := range said[0].Metrics {
		if m.Name == "sluice_records_consumed_total" {
			consumed += m.Value
		}
	}
	if consumed != 320 {
		t.Errorf("it died with %v records read, want 320", consumed)
	}
	last, err := (&farewells{file: file}).processes("http://ops")
	if err != nil || len(last) != 1 || last[0].Started != 1790000002 {
		t.Errorf("verify hears %+v, %v", last, err)
	}
}
