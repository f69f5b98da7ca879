package ruling

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
	"sluice/sinks/embedded"
)

// noon is 2026-11-21 12:00 in Shanghai.
var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant that is none

// filled is a store in which member n has n orders of this month, and a gold membership when n is odd.
func filled(t *testing.T, dir string, by *rules.Rules, members int) *embedded.Levels {
	t.Helper()
	l, err := embedded.OpenLevels(embedded.LevelsConfig{Dir: dir, Rules: by, Buckets: 4, NoSync: true, Now: func() time.Time { return noon }}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	feed := pipelines.Feed{Part: pipelines.Partition{Topic: schemas.TopicOrders}, Topic: "once", Fresh: true}
	if _, err := l.Open(t.Context(), feed, "me"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Recover(t.Context(), "me", 1, nil); err != nil {
		t.Fatal(err)
	}
	month, second := by.Second(noon.UnixMilli())
	var writes []pipelines.Write
	add := func(n int, e schemas.LevelEvent) {
		writes = append(writes, pipelines.Write{Key: fmt.Append(nil, "M", n), Body: schemas.AppendLevelEvent(nil, &e)})
	}
	for n := range members {
		for k := range n {
			add(n, schemas.LevelEvent{Kind: schemas.LevelComplete, Order: int64(1000*n + k + 1), Month: month, Second: second, At: noon.UnixMilli()})
		}
		if n%2 == 1 {
			add(n, schemas.LevelEvent{Kind: schemas.LevelPurchase, Purchase: []byte("P"), SKU: []byte("gold-month"), Rank: 2, At: noon.UnixMilli(), Until: noon.Add(time.Hour).UnixMilli()})
		}
	}
	results := make([]pipelines.Result, len(writes))
	if err := l.Write(t.Context(), writes, results); err != nil {
		t.Fatal(err)
	}
	return l
}

// other are rules with silver from 10 orders on, and a membership of silver only.
func other() *rules.Rules {
	to := rules.Default()
	to.Version, to.Levels[1].Orders, to.Products[0].Level = "other", 10, "silver"
	return to
}

type records struct {
	kept []schemas.RulesApplied
	fail error
}

func (r *records) Keep(_ context.Context, record schemas.RulesApplied) error {
	r.kept = append(r.kept, record)
	return r.fail
}

type numbers struct{ n int64 }

func (n *numbers) Next(context.Context, int64) (int64, error) {
	n.n++
	return n.n, nil
}

func TestWhatIsCountedIsAnnounced(t *testing.T) {
	dir := t.TempDir()
	store := filled(t, dir, rules.Default(), 25)
	looked := 0
	count, err := CountMoves(t.Context(), store, rules.Default(), other(), noon.UnixMilli(), func(done, _ int) { looked = max(looked, done) })
	if err != nil || looked != 4 {
		t.Fatalf("%d buckets, %v", looked, err)
	}
	// Even ones with 6 and 8 orders lose silver; odd ones below 20 have silver instead of gold.
	if count.Members != 24 || count.Moves[Move{From: "silver", To: "bronze"}] != 2 || count.Moves[Move{From: "gold", To: "silver"}] != 10 || count.Moved != 12 {
		t.Fatalf("counted: %+v", count)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	ruled := filled(t, dir, other(), 0)
	audit, drawn := &records{}, &numbers{n: 5}
	for round, want := range []int64{12, 0} {
		done, err := Apply(t.Context(), Deps{Levels: ruled, Numbers: drawn, Audit: audit, Looked: func(int, int) {}}, schemas.RulesApplied{Ruleset: "other", By: "anna"})
		if err != nil || done.Announced != want || done.State != schemas.RulesDone || done.Fence != int64(6+round) {
			t.Fatalf("applied: %+v, %v", done, err)
		}
	}
	if len(audit.kept) != 4 || audit.kept[0].State != schemas.RulesBegun || audit.kept[1].Announced != 12 || audit.kept[1].By != "anna" {
		t.Errorf("the audit is %+v", audit.kept)
	}
	again, err := CountMoves(t.Context(), ruled, other(), other(), noon.UnixMilli(), func(int, int) {})
	if err != nil || again.Moved != 0 || again.Members != 24 {
		t.Errorf("after it: %+v, %v", again, err)
	}
}

func TestNothingIsChangedWithoutARecord(t *testing.T) {
	dir := t.TempDir()
	store := filled(t, dir, rules.Default(), 25)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	ruled := filled(t, dir, other(), 0)
	audit := &records{fail: errors.New("no such topic")}
	if _, err := Apply(t.Context(), Deps{Levels: ruled, Numbers: &numbers{}, Audit: audit, Looked: func(int, int) {}}, schemas.RulesApplied{}); err == nil {
		t.Fatal("it is applied without a record")
	}
	audit.fail = nil
	done, err := Apply(t.Context(), Deps{Levels: ruled, Numbers: &numbers{}, Audit: audit, Looked: func(int, int) {}}, schemas.RulesApplied{})
	if err != nil || done.Announced != 12 {
		t.Errorf("applied: %+v, %v", done, err)
	}
}

func TestALaterRulingWins(t *testing.T) {
	ruled := filled(t, t.TempDir(), other(), 25)
	if _, err := ruled.Rule(t.Context(), 2, "", 50, 10); err != nil {
		t.Fatal(err)
	}
	audit := &records{}
	done, err := Apply(t.Context(), Deps{Levels: ruled, Numbers: &numbers{}, Audit: audit, Looked: func(int, int) {}}, schemas.RulesApplied{})
	if !errors.Is(err, schemas.ErrFenced) || done.State != schemas.RulesBroken || audit.kept[1].State != schemas.RulesBroken {
		t.Errorf("a ruling behind another: %+v, %v", done, err)
	}
}

func TestOtherCalendarsAreNotCounted(t *testing.T) {
	store := filled(t, t.TempDir(), rules.Default(), 2)
	to, err := rules.Default().In("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CountMoves(t.Context(), store, rules.Default(), to, noon.UnixMilli(), func(int, int) {}); !errors.Is(err, ErrCalendar) {
		t.Errorf("two calendars: %v", err)
	}
}
