package embedded

import (
	"fmt"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// TestLevelsBounded applies more than the bounds allow.
func TestLevelsBounded(t *testing.T) {
	at := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	r := rules.Default()
	l := newLevels(t, LevelsConfig{
		Dir: t.TempDir(), Rules: r, Buckets: 1, NoSync: true, Now: func() time.Time { return at }, MaxOrders: 7, MaxPurchases: 2, MaxOutbox: 2,
	})
	begun(t, l, pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}, 1)
	var writes []pipelines.Write
	for i := range int64(9) {
		writes = append(writes, completed(r, "M1", i+1, at.UnixMilli(), i))
	}
	for i, result := range applied(t, l, writes...) {
		want := pipelines.Result{Verdict: pipelines.Stored}
		if i >= 7 {
			want = pipelines.Result{Verdict: pipelines.Poison, Reason: reasonTooManyOrders}
		}
		if result != want {
			t.Errorf("order %d is %+v", i, result)
		}
	}
	var bought []pipelines.Write
	for i := range int64(3) {
		w := completed(r, "M1", 1, at.UnixMilli(), 9+i)
		w.Body = schemas.AppendLevelEvent(nil, &schemas.LevelEvent{
			Kind: schemas.LevelPurchase, Purchase: fmt.Append(nil, i), SKU: []byte("x"), Rank: 1, At: at.UnixMilli(), Until: at.UnixMilli() + 1000,
		})
		bought = append(bought, w)
	}
	if got := applied(t, l, bought...)[2]; got != (pipelines.Result{Verdict: pipelines.Poison, Reason: reasonTooManyPurchases}) {
		t.Errorf("a third purchase is %+v", got)
	}
}

// TestLevelsOutboxFull fills an outbox: from there on nothing of the bucket is applied, the watermark does not pass what has to
// come again, and once there is room all of it is.
func TestLevelsOutboxFull(t *testing.T) {
	at := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	r := rules.Default()
	l := newLevels(t, LevelsConfig{Dir: t.TempDir(), Rules: r, Buckets: 1, NoSync: true, Now: func() time.Time { return at }, MaxOutbox: 1})
	feed := pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}
	begun(t, l, feed, 1)
	var writes []pipelines.Write
	for i := range int64(8) {
		writes = append(writes, completed(r, "M1", i+1, at.UnixMilli(), i))
	}
	writes[6].Body = []byte("no event")
	for i, result := range applied(t, l, writes...) {
		want := pipelines.Result{Verdict: pipelines.Stored}
		switch {
		case i == 6:
			want = pipelines.Result{Verdict: pipelines.Poison, Reason: reasonBadEvent}
		case i > 4:
			want = pipelines.Result{Verdict: pipelines.Retry, Reason: reasonOutboxFull}
		}
		if result != want {
			t.Errorf("order %d is %+v", i, result)
		}
	}
	if marks, err := l.Open(t.Context(), feed, "look"); err != nil || marks.Least != 5 || marks.From != 0 {
		t.Errorf("the marks are %+v, %v", marks, err)
	}
	feed.Next, feed.Fresh = 5, false
	if marks, err := l.Open(t.Context(), feed, "look"); err != nil || marks.Least != 5 {
		t.Errorf("the watermark is %+v, %v", marks, err)
	}
	entries, err := l.Outbox(t.Context(), 0, 10)
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	if err := l.Trim(t.Context(), 0, []string{entries[0].ID}); err != nil {
		t.Fatal(err)
	}
	for _, result := range applied(t, l, writes[5], writes[7]) {
		if result.Verdict != pipelines.Stored {
			t.Errorf("with room again: %+v", result)
		}
	}
}

// TestLevelsForget lets fifteen months pass: what has expired goes from the file with the turns, of members as well that nobody
// hears of again.
func TestLevelsForget(t *testing.T) {
	at := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	r := rules.Default()
	l := newLevels(t, LevelsConfig{Dir: t.TempDir(), Rules: r, Buckets: 1, NoSync: true, Now: func() time.Time { return at }})
	begun(t, l, pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}, 1)
	const members = 3 * sweepStep / 2
	var writes []pipelines.Write
	for i := range int64(members) {
		for n := range 1 + 4*(i%2) { // every other one had a level
			writes = append(writes, completed(r, fmt.Sprint("M", i), n+1, at.UnixMilli(), i))
		}
	}
	applied(t, l, writes...)
	late := at.AddDate(0, 15, 0).UnixMilli()
	for range 4 {
		if _, _, err := l.Turn(t.Context(), 0, late, 1, members); err != nil {
			t.Fatal(err)
		}
	}
	left, err := l.numbers(t.Context(), "SELECT length(state) FROM members")
	if err != nil || len(left) != members/2 {
		t.Fatalf("%d members are left, %v", len(left), err)
	}
	for _, size := range left {
		const few = 20 // version, epoch, level, and that there is nothing else
		if size > few {
			t.Errorf("a member without orders takes %d bytes", size)
		}
	}
}
