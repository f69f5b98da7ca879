package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/internal/doctor"
	"sluice/internal/kafka"
	"sluice/internal/requeue"
)

// quotes wants a runbook to quote what the code prints.
func quotes(t *testing.T, page, printed string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "ops", "runbooks", page+".md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), printed) {
		t.Errorf("%s.md does not have\n%s", page, printed)
	}
}

func TestRunbooksQuoteDeadLs(t *testing.T) {
	var out bytes.Buffer
	lines := letterLines{w: &out, limit: 1}
	letter := requeue.Letter{ID: requeue.ID{Pipeline: "gps-live", Offset: 1}, Reason: "null_island", Stage: "decode", At: 1795282630368, Detail: "lat: 0,0 is a receiver without a fix"}
	letter.Record.Key, letter.Record.Value = []byte("sim-vasivyhx-0000624"), make([]byte, 185)
	for range 42 {
		if err := lines.print(&letter); err != nil {
			t.Fatal(err)
		}
	}
	if err := lines.end(); err != nil {
		t.Fatal(err)
	}
	header, more, _ := strings.Cut(out.String(), "…")
	quotes(t, "DeadLetters", header)
	quotes(t, "DeadLetters", "…"+more)
	out.Reset()
	if err := (&deadLsCmd{}).print(&out, &requeue.Survey{}); err != nil {
		t.Fatal(err)
	}
	header, _, _ = strings.Cut(out.String(), "0 open")
	quotes(t, "DeadLetters", header)
}

func TestRunbooksQuoteLag(t *testing.T) {
	quotes(t, "PipelineRefused", aligned([][]string{
		{"pipeline", "partition", "committed", "end", "lag", "settled/s", "produced/s", "oldest", "drained in"},
		{"gps-live", "6", "1,650", "2,978", "1,328", "0", "0", "1m16s", "-"},
		{"gps-live", "all 8", "", "", "9,946", "0", "0", "1m16s", "never"},
		{"gps-history", "6", "1,516", "2,978", "1,462", "0", "0", "1m17s", "-"},
		{"gps-history", "all 8", "", "", "11,020", "0", "0", "1m17s", "never"},
	}))
}

func TestRunbooksQuoteDoctor(t *testing.T) {
	cfg, err := loadConfig("", nil)
	if err != nil {
		t.Fatal(err)
	}
	report := doctor.Report{Findings: judgeGroup(cfg, "gps-history", kafka.GroupState{}, []kafka.PartitionLag{{Lag: 11020}})}
	var out bytes.Buffer
	if err := report.Print(&out); err != nil {
		t.Fatal(err)
	}
	printed, _, _ := strings.Cut(out.String(), "0 ok")
	quotes(t, "PipelineUnowned", printed)
}
