package embedded

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

const (
	crashBatchOrders = 400
	crashMembers     = 150
)

// crashOrders is the same for the same number: orders that nobody else has, of members that all have.
func crashOrders(r *rules.Rules, batch int) []pipelines.Write {
	writes := make([]pipelines.Write, crashBatchOrders)
	for i := range writes {
		offset := int64(batch*crashBatchOrders + i)
		writes[i] = completed(r, "M"+strconv.FormatInt(offset%crashMembers, 10), offset+1, time.Now().UnixMilli(), offset)
	}
	return writes
}

// crashFeed is the partition from where a batch begins.
func crashFeed(batch int) pipelines.Feed {
	next := int64(batch * crashBatchOrders)
	return pipelines.Feed{Part: orderEvents, Topic: "a", Next: next, End: next, Fresh: batch == 0}
}

// TestLevelsCrashChild is the process that TestLevelsKilled kills: it applies orders for ever, and says on stdout which batches
// were answered, and which changes it took out of the outboxes.
func TestLevelsCrashChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("only for TestLevelsKilled")
	}
	r := rules.Default()
	l, err := OpenLevels(LevelsConfig{Dir: dir, Rules: r, NoSync: true, MaxLogBytes: minLogBytes}, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, err := strconv.Atoi(os.Getenv(childDir + "_FIRST"))
	if err != nil {
		t.Fatal(err)
	}
	begun(t, l, crashFeed(first), int64(first+1))
	go publish(l)
	for batch := first; ; batch++ {
		writes := crashOrders(r, batch)
		results := make([]pipelines.Result, len(writes))
		if err := l.Write(context.Background(), writes, results); err != nil {
			panic(err)
		}
		for i := range results {
			if !results[i].Verdict.Final() {
				panic(fmt.Sprint(batch, i, results[i]))
			}
		}
		if err := l.Raise(context.Background(), orderEvents, int64((batch+1)*crashBatchOrders)); err != nil {
			panic(err)
		}
		say("stored", batch)
	}
}

func say(words ...any) {
	if _, err := fmt.Fprintln(os.Stdout, words...); err != nil {
		panic(err)
	}
}

// publish empties the outboxes as a relay does: told first, trimmed after.
func publish(l *Levels) {
	for ctx := context.Background(); ; {
		for bucket := range l.Buckets() {
			entries, err := l.Outbox(ctx, bucket, 10)
			if err != nil {
				panic(err)
			}
			for _, e := range entries {
				var c schemas.LevelChanged
				if err := schemas.DecodeLevel(&c, e.Value); err != nil {
					panic(err)
				}
				say("changed", c.MemberID, c.Epoch, c.Version, c.From, c.To)
				if err := l.Trim(ctx, bucket, []string{e.ID}); err != nil {
					panic(err)
				}
			}
		}
	}
}

// TestLevelsKilled kills a process that applies orders and publishes changes with kill -9, again and again: whatever was
// answered is there, nothing twice, and of each member every change was published, in order, without a gap.
func TestLevelsKilled(t *testing.T) {
	dir := t.TempDir()
	seen := &crashSeen{versions: map[string]int64{}, levels: map[string]string{}}
	for range 4 {
		seen.runAndKill(t, dir, 12)
	}
	r := rules.Default()
	l := newLevels(t, LevelsConfig{Dir: dir, Rules: r, NoSync: true})
	if marks, err := l.Open(t.Context(), crashFeed(seen.next), "look"); err != nil || marks.Claimed != 0 {
		t.Fatalf("something answered is lost: %+v, %v", marks, err)
	}
	stored := seen.next
	for _, result := range applied(t, l, crashOrders(r, stored-1)...) {
		if result.Verdict != pipelines.Duplicate {
			t.Fatalf("a batch that was answered is not there: %+v", result)
		}
	}
	total, month := 0, r.Month(time.Now().UnixMilli())
	for i := range crashMembers {
		state, err := l.Member(t.Context(), "M"+strconv.Itoa(i))
		if err != nil {
			t.Fatal(err)
		}
		total += state.Count(month) + state.Count(month.Add(-1))
		if state.Announced != "platinum" || state.Version != 3 {
			t.Errorf("member %d is %+v", i, state)
		}
	}
	if total < stored*crashBatchOrders || total%crashBatchOrders != 0 { // a batch under way is there whole, or not at all
		t.Errorf("%d orders are there, %d were answered", total, stored*crashBatchOrders)
	}
	seen.rest(t, l)
	t.Logf("%d batches answered, %d members published", stored, len(seen.versions))
}

// crashSeen is what the killed processes said.
type crashSeen struct {
	next     int              // the batch behind those answered
	versions map[string]int64 // by member, the last one published
	levels   map[string]string
}

// runAndKill lets a process work until so many batches were answered, and kills it in the middle.
func (s *crashSeen) runAndKill(t *testing.T, dir string, enough int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestLevelsCrashChild$")
	child.Env = append(os.Environ(), childDir+"="+dir, childDir+"_FIRST="+strconv.Itoa(s.next))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); {
		if s.line(t, lines.Text()) {
			n++
		}
		if n == enough { // what it said after that still counts: the loop reads on until its end
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() >= 0 {
		t.Fatalf("the process ended by itself: %v", err)
	}
}

// line takes one line, and reports whether a batch was answered.
func (s *crashSeen) line(t *testing.T, text string) bool {
	t.Helper()
	words := strings.Fields(text)
	switch {
	case len(words) == 2 && words[0] == "stored":
		batch, err := strconv.Atoi(words[1])
		if err != nil || batch != s.next {
			t.Fatalf("%q after batch %d", text, s.next)
		}
		s.next = batch + 1
		return true
	case len(words) == 6 && words[0] == "changed":
		version, err := strconv.ParseInt(words[3], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s.published(t, words[1], version, words[4], words[5])
	}
	return false
}

// published takes a change: the next one of its member, or the last one again.
func (s *crashSeen) published(t *testing.T, member string, version int64, from, to string) {
	t.Helper()
	switch {
	case version == s.versions[member] && to == s.levels[member]:
	case version == s.versions[member]+1 && (version == 1 || from == s.levels[member]):
		s.versions[member], s.levels[member] = version, to
	default:
		t.Fatalf("%s: version %d, %s to %s, after %d, %s", member, version, from, to, s.versions[member], s.levels[member])
	}
}

// rest takes what still waits in the outboxes, and then every member has what was announced.
func (s *crashSeen) rest(t *testing.T, l *Levels) {
	t.Helper()
	for bucket := range l.Buckets() {
		entries, err := l.Outbox(t.Context(), bucket, 1_000_000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			var c schemas.LevelChanged
			if err := schemas.DecodeLevel(&c, e.Value); err != nil {
				t.Fatal(err)
			}
			s.published(t, c.MemberID, c.Version, c.From, c.To)
		}
	}
	for i := range crashMembers {
		if member := "M" + strconv.Itoa(i); s.versions[member] != 3 || s.levels[member] != "platinum" {
			t.Errorf("%s: published until version %d, %s", member, s.versions[member], s.levels[member])
		}
	}
}
