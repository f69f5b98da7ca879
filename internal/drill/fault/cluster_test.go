package fault

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/internal/drill/stage"
)

// cluster is a topic of two partitions with records 0, 1, 2, … and who has read how far.
type cluster struct {
	start, end [2]int64
	committed  map[string][2]int64 // by group
	more       int64               // partitions beyond the two, all read
	did        []string
	fails      error
}

func newCluster() *cluster {
	return &cluster{end: [2]int64{50, 60}, committed: map[string][2]int64{"live": {10, 20}, "past": {12, 20}}}
}

func (c *cluster) readers() []reader { return []reader{{liveName, "live"}, {pastName, "past"}} }

func (c *cluster) note(format string, args ...any) error {
	c.did = append(c.did, fmt.Sprintf(format, args...))
	return c.fails
}

func (c *cluster) DeleteRecords(_ context.Context, topic string, before map[int32]int64) error {
	for id, offset := range before {
		c.start[id] = offset
	}
	return c.note("delete %s %v", topic, before)
}

func (c *cluster) AddPartitions(_ context.Context, topic string, total int32) error {
	c.more = int64(total) - 2
	return c.note("widen %s to %d", topic, total)
}

func (c *cluster) Recreate(_ context.Context, topic string) error {
	c.start, c.end = [2]int64{}, [2]int64{5, 5}
	c.committed = map[string][2]int64{"live": {5, 5}, "past": {5, 5}}
	return c.note("recreate %s", topic)
}

func (c *cluster) Offsets(_ context.Context, group, _ string) (map[int32]stage.Offsets, error) {
	at := map[int32]stage.Offsets{}
	for id, committed := range c.committed[group] {
		at[int32(id)] = stage.Offsets{Start: c.start[id], End: c.end[id], Committed: committed}
	}
	for id := range c.more {
		at[int32(2+id)] = stage.Offsets{End: 3, Committed: 3}
	}
	return at, c.fails
}

func (c *cluster) DeleteGroup(_ context.Context, group string) error {
	return c.note("forget %s", group)
}

func (c *cluster) Configure(_ context.Context, topic, key, value string) error {
	return c.note("set %s of %s to %s", key, topic, value)
}

func (c *cluster) Read(_ context.Context, _ string, partition int32, from, to int64, each func(int64, []byte) error) error {
	for offset := from; offset < to; offset++ {
		if err := each(offset, fmt.Appendf(nil, "record %d of %d", offset, partition)); err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) Write(context.Context, string, []byte, []byte) error { return nil }

// hand is a process that says when it is stopped and started.
type hand struct {
	c    *cluster
	code int
	wake func() // when it is started
}

func (h *hand) Stop(context.Context) (int, time.Duration, error) {
	return h.code, time.Second, h.c.note("stop")
}
func (h *hand) Start(context.Context) error { return h.c.note("start") }

func (h *hand) Ready(context.Context) error {
	if h.wake != nil {
		h.wake()
	}
	return nil
}

func did(t *testing.T, c *cluster, want ...string) {
	t.Helper()
	if got := strings.Join(c.did, "; "); got != strings.Join(want, "; ") {
		t.Errorf("did %s, want %s", got, strings.Join(want, "; "))
	}
}

// overtaken injects and heals, with processes that report what they are told to.
func overtaken(t *testing.T, report string) (*cluster, *retention, error) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	// What an earlier round reported does not count.
	if err := os.WriteFile(log, []byte(`{"why":"retention","pipeline":"gps-live","partition":"driver.pings/0","from":1,"to":2}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCluster()
	wake := func() {
		f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString(report)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Error(err)
		}
	}
	r := &retention{
		topics: c, groups: c, records: c, topic: "pings", readers: c.readers(), crew: crew{&hand{c: c, wake: wake}},
		take: 7, file: filepath.Join(dir, "lost.ndjson"), reports: &gapReports{logs: []string{log}, why: "retention"},
	}
	if r.Lost() != "" {
		t.Error("something is lost before anything was taken")
	}
	if err := r.Inject(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	return c, r, r.Heal(ctx)
}

func gapLine(pipeline string, partition, from, to int) string {
	return fmt.Sprintf(`{"level":"error","why":"retention","pipeline":%q,"partition":"driver.pings/%d","from":%d,"to":%d}`+"\n", pipeline, partition, from, to)
}

func TestRetentionTakesWhatNobodyHasReadAndWantsItReportedToTheOffset(t *testing.T) {
	// Both pipelines have to lose seven at least of each partition: before 19 and 27.
	all := gapLine(liveName, 0, 10, 19) + gapLine(liveName, 1, 20, 27) + gapLine(pastName, 0, 12, 19) + gapLine(pastName, 1, 20, 27)
	for name, c := range map[string]struct {
		report string
		wrong  string
	}{
		"exact":               {all, ""},
		"exact, one twice":    {all + gapLine(pastName, 1, 20, 27), ""},
		"beside other lines":  {`{"msg":"hello"}` + "\nnot json, why\n" + `{"why":"made_anew","pipeline":"gps-live","partition":"x/0","from":0,"to":3}` + "\n" + all, ""},
		"nothing":             {"", "has not said"},
		"one short":           {gapLine(liveName, 0, 10, 19) + gapLine(liveName, 1, 20, 27) + gapLine(pastName, 0, 12, 19), "gps-history has not said that offsets 20 to 26 of partition 1 are gone"},
		"one offset too few":  {strings.Replace(all, `"to":19`, `"to":18`, 1), "gps-live has not said that offsets 10 to 18"},
		"one that is not":     {all + gapLine(liveName, 1, 27, 28), "27 to 27 of partition 1 are gone, which were not taken"},
		"a partition unknown": {all + strings.Replace(gapLine(liveName, 1, 1, 2), "pings/1", "pings/x", 1), "the partition"},
	} {
		t.Run(name, func(t *testing.T) {
			cluster, r, err := overtaken(t, c.report)
			if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
				t.Fatalf("%v, want %q", err, c.wrong)
			}
			did(t, cluster, "stop", "delete pings map[0:19 1:27]", "start")
			if n := r.Saw()["taken"]; n != 9+7+7+7 {
				t.Errorf("%v were taken", n)
			}
			takenExactly(t, r.Lost())
		})
	}
}

// takenExactly reads the list that verify is given.
func takenExactly(t *testing.T, file string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	count := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l lostRecord
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil || string(l.Value) != fmt.Sprintf("record %d of %d", l.Offset, l.Partition) {
			t.Errorf("%v: %s", err, lines.Bytes())
		}
		count[fmt.Sprintf("%s %d", l.Pipeline, l.Partition)]++
	}
	if len(count) != 4 || count["gps-live 0"] != 9 || count["gps-history 0"] != 7 || count["gps-live 1"] != 7 || count["gps-history 1"] != 7 {
		t.Errorf("%v", count)
	}
}

func TestATopicIsMadeAnewOnceItIsRead(t *testing.T) {
	c := newCluster()
	r := &recreated{topics: c, groups: c, topic: "pings", readers: c.readers(), gateway: crew{&hand{c: c}}}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := r.Inject(ctx); err == nil || !strings.Contains(err.Error(), "records to read") {
		t.Errorf("with a backlog: %v", err)
	}
	did(t, c, "stop")
	if err := r.Heal(t.Context()); err != nil {
		t.Error(err)
	}
	c.did, c.committed = nil, map[string][2]int64{"live": c.end, "past": c.end}
	if err := errors.Join(r.Inject(t.Context()), r.Heal(t.Context()), r.Heal(t.Context())); err != nil {
		t.Error(err)
	}
	did(t, c, "stop", "recreate pings", "start")
	if r.Saw()["recreated"] != 2 {
		t.Errorf("it saw %v, want both partitions", r.Saw())
	}
}

func TestNewPartitionsHaveToBeRead(t *testing.T) {
	c := newCluster()
	w := &widened{topics: c, groups: c, topic: "pings", readers: c.readers(), by: 2}
	if err := errors.Join(w.Heal(t.Context()), w.Inject(t.Context()), w.Heal(t.Context())); err != nil {
		t.Error(err)
	}
	did(t, c, "widen pings to 4")
	if w.Saw()["added"] != 2 {
		t.Errorf("it saw %v, want 2 partitions", w.Saw())
	}
	c.more = 1
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := w.Heal(ctx); err == nil || !strings.Contains(err.Error(), "sees nothing in partition 3") {
		t.Errorf("a partition that nobody knows: %v", err)
	}
}

func TestGroupsAreForgottenWhileNobodyIsInThem(t *testing.T) {
	c := newCluster()
	g := &forgotten{groups: c, topic: "pings", readers: c.readers(), crew: crew{&hand{c: c}}}
	if err := errors.Join(g.Inject(t.Context()), g.Heal(t.Context())); err != nil {
		t.Error(err)
	}
	did(t, c, "stop", "forget live", "forget past", "start")
	if g.Saw()["forgotten"] != 62 {
		t.Errorf("%v", g.Saw())
	}
	unclean := &forgotten{groups: c, topic: "pings", readers: c.readers(), crew: crew{&hand{c: c, code: 1}}}
	if err := unclean.Inject(t.Context()); err == nil || !strings.Contains(err.Error(), "code 1") {
		t.Errorf("a process that ended badly: %v", err)
	}
}

func TestATopicIsUnwritableUntilItIsHealed(t *testing.T) {
	c := newCluster()
	u := &unwritable{settings: c, topics: []string{"a", "b"}}
	if err := errors.Join(u.Inject(t.Context()), u.Heal(t.Context())); err != nil {
		t.Error(err)
	}
	did(t, c, "set min.insync.replicas of a to 3", "set min.insync.replicas of b to 3", "set min.insync.replicas of a to 2", "set min.insync.replicas of b to 2")
}
