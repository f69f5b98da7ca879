package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

func says(findings ...Finding) func(context.Context) []Finding {
	return func(context.Context) []Finding { return findings }
}

func good(where string) Finding { return Good("thing", where, "fine") }

func bad(where string) Finding { return Failure("thing", where, "broken", "mend it") }

func TestChecksRunSideBySideInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(where string, takes time.Duration) Check {
			return Check{Run: func(context.Context) []Finding {
				time.Sleep(takes) // the bubble's clock
				return []Finding{good(where)}
			}}
		}
		from := time.Now()
		report := Run(t.Context(), Config{}, []Part{
			{Name: "one", Reach: []Check{slow("a", time.Second)}, Checks: []Check{slow("b", 2*time.Second), slow("c", time.Second)}},
			{Name: "two", Checks: []Check{slow("d", 2*time.Second)}},
		})
		if took := time.Since(from); took != 3*time.Second {
			t.Errorf("took %s, want 3s", took)
		}
		if got := wheres(&report); got != "a b c d" || report.OK != 4 {
			t.Errorf("got %s, %d ok", got, report.OK)
		}
	})
}

func wheres(r *Report) string {
	var names []string
	for _, f := range r.Findings {
		names = append(names, f.Where)
	}
	return strings.Join(names, " ")
}

func TestWhatDependsOnAnUnreachableServerIsSkipped(t *testing.T) {
	ran := false
	after := Check{What: "topic", Where: "t", Run: func(context.Context) []Finding {
		ran = true
		return []Finding{good("t")}
	}}
	report := Run(t.Context(), Config{}, []Part{{Name: "Kafka", Reach: []Check{{Run: says(bad("a"))}, {Run: says(bad("b"))}}, Checks: []Check{after}}})
	if ran || report.Failures != 2 || report.Skipped != 1 || report.Findings[2].Text != "skipped: Kafka does not answer" || report.Findings[2].Where != "t" {
		t.Errorf("ran %t, %+v", ran, report)
	}
	report = Run(t.Context(), Config{}, []Part{{Name: "Kafka", Reach: []Check{{Run: says(bad("a"))}, {Run: says(good("b"))}}, Checks: []Check{after}}})
	if !ran || report.Failures != 1 || report.OK != 2 {
		t.Errorf("one address is enough: ran %t, %+v", ran, report)
	}
}

func TestACheckThatNeverEndsIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		stuck := Check{What: "disk", Where: "d", Run: func(context.Context) []Finding { <-release; return nil }}
		heeding := Check{What: "topic", Where: "t", Run: func(ctx context.Context) []Finding { <-ctx.Done(); return []Finding{bad("its own word")} }}
		from := time.Now()
		report := Run(t.Context(), Config{}, []Part{{Reach: []Check{heeding}}, {Checks: []Check{stuck}}})
		if took := time.Since(from); took > 7*time.Second {
			t.Errorf("took %s", took)
		}
		if report.Findings[0].Where != "its own word" {
			t.Errorf("the check's own word is lost: %+v", report.Findings[0])
		}
		if f := report.Findings[1]; f.Level != Fail || f.Where != "d" || f.Text != "no answer within 6s" || f.Fix == "" {
			t.Errorf("got %+v", f)
		}
	})
}

func TestReportPrintsALineEachAndItsFix(t *testing.T) {
	report := Run(t.Context(), Config{}, []Part{{Checks: []Check{
		{Run: says(Good("kafka", "h:9092", "answers"), Warning("topic", "driver.pings", "has\n  2 lines", "sluice setup"))},
		{Run: says(Skipped("disk", "all", "not said"), Failure("index", "positions", "is missing", "sluice setup"))},
	}}})
	var out bytes.Buffer
	if err := report.Print(&out); err != nil {
		t.Fatal(err)
	}
	want := `ok    kafka  h:9092        answers
warn  topic  driver.pings  has 2 lines
      fix: sluice setup
skip  disk   all           skipped: not said
fail  index  positions     is missing
      fix: sluice setup
1 ok, 1 skipped, 1 warning, 1 failure
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	if err := report.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.Failures != 1 || back.Findings[3].Fix != "sluice setup" || back.Findings[3].Level != Fail {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestWordsOfOthersAreSafeToLookAt(t *testing.T) {
	report := Run(t.Context(), Config{}, []Part{{Checks: []Check{{Run: says(Warning("group", "g\x1b[2J", "a\u202eb\x9b", "fix \x1b]0;x\a"))}}}})
	var out, machine bytes.Buffer
	if err := errors.Join(report.Print(&out), report.JSON(&machine)); err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(append(machine.Bytes(), out.Bytes()...), "\x1b\u202e\a") || !utf8.Valid(out.Bytes()) || !strings.Contains(out.String(), `fix: fix \x1b]0;x\x07`) {
		t.Errorf("%q", out.String())
	}
}
