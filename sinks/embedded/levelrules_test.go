package embedded

import (
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// TestLevelsRulesChange opens the levels by other rules: what they alone change is announced as theirs, once.
func TestLevelsRulesChange(t *testing.T) {
	at := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	cfg := LevelsConfig{Dir: t.TempDir(), Rules: rules.Default(), NoSync: true, Now: func() time.Time { return at }}
	l := newLevels(t, cfg)
	feed := pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}
	begun(t, l, feed, 1)
	var writes []pipelines.Write
	for i := range int64(19) {
		writes = append(writes, completed(cfg.Rules, "M1", i+1, at.UnixMilli(), i))
	}
	applied(t, l, writes...)
	closeLevels(t, l)

	softer := rules.Default()
	softer.Version, softer.Levels[2].Orders = "softer", 15
	cfg.Rules = softer
	l = newLevels(t, cfg)
	begun(t, l, feed, 2)
	for range 2 {
		applied(t, l, completed(softer, "M1", 1000, at.UnixMilli(), 19))
	}
	state := memberOf(t, l, "M1")
	last := state.History[len(state.History)-1]
	if len(state.History) != 2 || last.Cause != schemas.CauseRules || last.To != "gold" || last.Ruleset != "softer" || last.Orders != 19 {
		t.Errorf("the history is %+v", state.History)
	}
}

// TestLevelsReadWhileWritten asks while batches of two partitions flow, from many goroutines.
func TestLevelsReadWhileWritten(t *testing.T) {
	cfg := LevelsConfig{Dir: t.TempDir(), Rules: rules.Default(), NoSync: true, MaxLogBytes: minLogBytes}
	l := newLevels(t, cfg)
	parts := []pipelines.Partition{{Topic: "a", ID: 0}, {Topic: "a", ID: 1}, {Topic: "b", ID: 0}}
	for i, part := range parts {
		begun(t, l, pipelines.Feed{Part: part, Topic: "x", Fresh: true}, int64(i+1))
	}
	const rounds = 15
	done := make(chan error, len(parts))
	for i := range parts {
		go func() { done <- carry(t, l, &parts[i], i*rounds, rounds) }()
	}
	for left := len(parts); left > 0; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			left--
		default:
		}
		before := memberOf(t, l, "M7")
		after := memberOf(t, l, "M7")
		month := cfg.Rules.Month(time.Now().UnixMilli())
		if after.Version < before.Version || after.Count(month)+after.Count(month.Add(-1)) < before.Count(month)+before.Count(month.Add(-1)) {
			t.Fatalf("a read went back: %+v, %+v", before, after)
		}
	}
	if total, want := ordersOf(t, l), len(parts)*rounds*crashBatchOrders; total != want {
		t.Errorf("%d orders count, want %d", total, want)
	}
}

// ordersOf is how many orders count in this month and the last, of all members.
func ordersOf(t *testing.T, l *Levels) (total int) {
	t.Helper()
	month := l.cfg.Rules.Month(time.Now().UnixMilli())
	for bucket := range l.Buckets() {
		q := schemas.HeldQuery{Bucket: bucket, Months: []schemas.Month{month, month.Add(-1)}}
		err := l.Held(t.Context(), q, func(held *schemas.Held) error {
			total += len(held.Counted[0]) + len(held.Counted[1])
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return total
}

// carry is a lane: batches of orders that no other lane has.
func carry(t *testing.T, l *Levels, part *pipelines.Partition, first, rounds int) error {
	for batch := range rounds {
		writes := crashOrders(l.cfg.Rules, first+batch)
		for i := range writes {
			writes[i].From, writes[i].Offset = part, int64(batch*crashBatchOrders+i)
		}
		results := make([]pipelines.Result, len(writes))
		if err := l.Write(t.Context(), writes, results); err != nil {
			return err
		}
		if err := l.Raise(t.Context(), *part, int64((batch+1)*crashBatchOrders)); err != nil {
			return err
		}
	}
	return nil
}
