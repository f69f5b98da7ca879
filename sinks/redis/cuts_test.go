package redis

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sluice/internal/stacktest"
	"sluice/pipelines"
	"sluice/schemas"
)

// One call for many events and a call for each give the same verdicts, the same months, and the same
// announcements: the short way of lua/quick.lua goes where the long one does.
func TestHowABatchIsCutChangesNothing(t *testing.T) {
	srv := startServer(t, stacktest.FreeAddress(t))
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		together := newStoreOf(t, Config{Addrs: []string{srv.addr}, KeyPrefix: fmt.Sprintf("a%d:", run)})
		alone := newStoreOf(t, Config{Addrs: []string{srv.addr}, KeyPrefix: fmt.Sprintf("b%d:", run), CallEvents: 1})
		together.begin()
		alone.begin()
		writes := drawEvents(r, together)
		var verdicts [2][]pipelines.Result
		for next := 0; next < len(writes); {
			cut := min(len(writes), next+rapid.IntRange(1, 60).Draw(r, "batch"))
			verdicts[0] = append(verdicts[0], together.results(writes[next:cut])...)
			verdicts[1] = append(verdicts[1], alone.results(writes[next:cut])...)
			next = cut
		}
		for i := range writes {
			if verdicts[0][i] != verdicts[1][i] {
				r.Fatalf("write %d is %+v together, %+v alone", i, verdicts[0][i], verdicts[1][i])
			}
		}
		for _, member := range cutMembers() {
			if a, b := together.known(member), alone.known(member); !reflect.DeepEqual(a, b) {
				r.Fatalf("%s is %+v together, %+v alone", member, a, b)
			}
		}
		if err := srv.FlushDB(t.Context()).Err(); err != nil {
			r.Fatal(err)
		}
	})
}

func cutMembers() []string { return []string{"A", "B", "C"} }

// drawEvents are orders whose ids mostly ascend, as those of a generator do, some of them again, void, or late.
func drawEvents(r *rapid.T, s *store) []pipelines.Write {
	id, writes := int64(300_000_000_000_000_000), []pipelines.Write{}
	for range rapid.IntRange(1, 150).Draw(r, "events") {
		member := rapid.SampledFrom(cutMembers()).Draw(r, "member")
		days := rapid.SampledFrom([]int64{0, 0, 0, 0, -31, 10, -62}).Draw(r, "days")
		order := id
		switch rapid.IntRange(0, 9).Draw(r, "what") {
		default:
			id += rapid.SampledFrom([]int64{1, 1 << 23, 1 << 51}).Draw(r, "apart")
			order = id
		case 0:
			order -= rapid.Int64Range(0, 5).Draw(r, "before")
		case 1:
			writes = append(writes, s.event(member, schemas.LevelVoid, order, days))
			continue
		case 2:
			if n := len(writes); n > 0 { // some record comes again
				again := writes[rapid.IntRange(0, n-1).Draw(r, "again")]
				again.Offset = s.feed.End
				s.feed.End++
				writes = append(writes, again)
				continue
			}
		case 3:
			writes = append(writes, s.event(member, schemas.LevelPurchase, int64(len(writes)%20), days))
			continue
		}
		writes = append(writes, s.event(member, schemas.LevelComplete, order, days))
	}
	return writes
}

// known is all that a store says of a member, but for who said it.
func (s *store) known(member string) any {
	s.t.Helper()
	state, err := s.Member(s.t.Context(), member)
	if err != nil {
		s.t.Fatal(err)
	}
	q, held := schemas.HeldQuery{Bucket: s.bucket([]byte(member)), Member: member}, schemas.Held{}
	for month := schemas.Month(202608); month <= 202612; month++ {
		q.Months = append(q.Months, month)
	}
	if err := s.Held(s.t.Context(), q, func(one *schemas.Held) error { held = *one; return nil }); err != nil {
		s.t.Fatal(err)
	}
	for _, ids := range append(held.Counted, held.Voids) {
		slices.Sort(ids)
	}
	entries, err := s.Outbox(s.t.Context(), s.bucket([]byte(member)), 10_000)
	if err != nil {
		s.t.Fatal(err)
	}
	var changes []string
	for _, e := range entries {
		if bytes.Equal(e.Key, []byte(member)) {
			changes = append(changes, string(e.Value))
		}
	}
	return []any{state, held, changes}
}
