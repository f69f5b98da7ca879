package embedded

import (
	"errors"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

var orderEvents = pipelines.Partition{Topic: schemas.TopicOrders, ID: 3} //nolint:gochecknoglobals // a constant

// completed is a write of an order that counts.
func completed(r *rules.Rules, member string, order, at, offset int64) pipelines.Write {
	month, second := r.Second(at)
	return pipelines.Write{
		Target: "levels", Key: []byte(member), Time: at, From: &orderEvents, Offset: offset,
		Body: schemas.AppendLevelEvent(nil, &schemas.LevelEvent{Kind: schemas.LevelComplete, Order: order, Month: month, Second: second, At: at}),
	}
}

func applied(t testing.TB, l *Levels, writes ...pipelines.Write) []pipelines.Result {
	t.Helper()
	results := make([]pipelines.Result, len(writes))
	if err := l.Write(t.Context(), writes, results); err != nil {
		t.Fatal(err)
	}
	return results
}

// TestLevelsAnnounce goes once through what a member sees: orders, a level, the outbox, the history, the turn of the month.
func TestLevelsAnnounce(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	r := rules.Default()
	l := newLevels(t, LevelsConfig{Dir: t.TempDir(), Rules: r, NoSync: true, Now: func() time.Time { return at }})
	feed := pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}
	begun(t, l, feed, 1)
	for i := range int64(20) {
		got := applied(t, l, completed(r, "M1", 100+i, at.UnixMilli(), i))
		if got[0].Verdict != pipelines.Stored {
			t.Fatal(got)
		}
	}
	state, err := l.Member(t.Context(), "M1")
	if err != nil || state.Announced != "gold" || state.Version != 2 || state.Epoch != 1 || state.Count(202611) != 20 || state.Months[0].Days[20] != 20 {
		t.Fatalf("%+v, %v", state, err)
	}
	bucket := schemas.Bucket([]byte("M1"), l.Buckets())
	entries, err := l.Outbox(t.Context(), bucket, 10)
	if err != nil || len(entries) != 2 || len(state.History) != 2 {
		t.Fatal(entries, err, state.History)
	}
	due := state.History[1].ValidUntil
	if levels, _, err := l.Due(t.Context(), due-1); err != nil || len(levels) != 0 {
		t.Fatal(levels, err)
	}
	if n, more, err := l.Turn(t.Context(), bucket, due, 7, 10); n != 1 || more || err != nil {
		t.Fatal(n, more, err)
	}
	if _, _, err := l.Turn(t.Context(), bucket, due, 6, 10); !errors.Is(err, schemas.ErrFenced) {
		t.Fatal(err)
	}
	if err := l.Trim(t.Context(), bucket, []string{entries[0].ID, entries[1].ID, entries[0].ID}); err != nil {
		t.Fatal(err)
	}
	entries, err = l.Outbox(t.Context(), bucket, 10)
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	var fall schemas.LevelChanged
	if err := schemas.DecodeLevel(&fall, entries[0].Value); err != nil || fall.Cause != schemas.CauseMonth || fall.To != "bronze" || fall.Version != 3 {
		t.Fatal(fall, err)
	}
}
