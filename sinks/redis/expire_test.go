package redis

import (
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"sluice/pipelines"
	"sluice/schemas"
)

// event is a write of the partition's next record, of noon some days away.
func (s *store) event(member string, kind schemas.LevelKind, order int64, days int64) pipelines.Write {
	at := noon + days*24*time.Hour.Milliseconds()
	month, second := s.cfg.Rules.Second(at)
	e := schemas.LevelEvent{Kind: kind, Order: order, Month: month, Second: second, At: at}
	if kind == schemas.LevelPurchase {
		e.Purchase, e.SKU, e.Rank, e.Until = []byte{byte('a' + order)}, []byte("gold-month"), 2, at+31*24*time.Hour.Milliseconds()
	}
	w := pipelines.Write{Key: []byte(member), Body: schemas.AppendLevelEvent(nil, &e), From: &s.feed.Part, Offset: s.feed.End}
	s.feed.End++
	return w
}

// What belongs to a month goes by itself fourteen months after it, whichever way it came to be; a member's version stays, and
// so do the few orders of the newest month that stand with it.
func TestMonthsExpire(t *testing.T) {
	srv, s := oneServer(t)
	const complete, void, bought = schemas.LevelComplete, schemas.LevelVoid, schemas.LevelPurchase
	s.results([]pipelines.Write{
		s.event("M1", complete, 1, 0), s.event("M1", void, 1, 0), s.event("M1", complete, 2, 0), // the month's key goes, and comes again
		s.event("M1", complete, 3, -31), s.event("M1", bought, 1, 0), s.event("M1", bought, 2, 1), s.event("M1", bought, 2, 1),
		s.event("M2", void, 9, -31), s.event("M2", void, 9, 0), s.event("M2", void, 8, -31), // a tombstone moves on, another takes its month
	})
	s.results([]pipelines.Write{s.event("M3", void, 9, -31)})
	s.results([]pipelines.Write{s.event("M3", void, 9, 0)})
	s.results([]pipelines.Write{s.event("M3", void, 8, -31), s.event("M3", complete, 7, -390)})
	s.all(s.completions("M4", 33), pipelines.Stored, "") // more than few
	s.counts("M4", 33)
	keys, err := srv.Keys(t.Context(), "s:*").Result()
	if err != nil {
		t.Fatal(err)
	}
	const year = 365 * 24 * time.Hour
	found := 0
	for _, key := range keys {
		_, name, _ := strings.Cut(key, "}:")
		left := srv.PTTL(t.Context(), key).Val()
		switch name, _, _ = strings.Cut(name, ":"); name {
		case "o", "v", "p":
			found++
			if left < 30*24*time.Hour || left > 2*year {
				t.Errorf("%s goes after %s", key, left)
			}
		default:
			if left >= 0 {
				t.Errorf("%s goes after %s", key, left)
			}
		}
	}
	if found != 9 {
		t.Errorf("%d keys of months and purchases, want 9: %v", found, keys)
	}
}

// An entry of somebody else's in an outbox, whose id is above all of ours, ends nothing in the middle.
func TestAForeignEntryInAnOutbox(t *testing.T) {
	srv, s := oneServer(t)
	outbox := s.buckets[s.bucket([]byte("M1"))].outbox
	if err := srv.XAdd(t.Context(), &goredis.XAddArgs{Stream: outbox, Values: []string{"who", "me"}}).Err(); err != nil {
		t.Fatal(err)
	}
	s.all(s.completions("M1", 20), pipelines.Stored, "")
	s.counts("M1", 20)
	if n := srv.XLen(t.Context(), outbox).Val(); n != 3 {
		t.Errorf("the outbox has %d entries, want that one and two changes", n)
	}
}
