package redis

import (
	"context"
	"errors"
	"testing"

	"sluice/internal/stacktest"
	"sluice/pipelines"
	"sluice/schemas"
)

// A server that comes back without its data is found by the first write, read and turn; what is read again counts once.
func TestARestartWithoutDataIsFound(t *testing.T) {
	srv, s := oneServer(t)
	writes := s.completions("M1", 6)
	s.all(writes, pipelines.Stored, "")
	srv.kill()
	if err := s.Write(t.Context(), writes, make([]pipelines.Result, len(writes))); err == nil || errors.Is(err, pipelines.ErrLost) {
		t.Errorf("a write while the server is away: %v", err)
	}
	srv.start()
	s.isLost("M1")
	if n := s.begin(); n != s.Buckets() {
		t.Errorf("%d buckets were recovered", n)
	}
	if _, err := s.Member(t.Context(), "M1"); !errors.Is(err, schemas.ErrRecovering) {
		t.Errorf("a read before all is back: %v", err)
	}
	s.all(writes, pipelines.Stored, "")
	if err := s.Raise(t.Context(), s.feed.Part, s.feed.End); err != nil {
		t.Fatal(err)
	}
	s.counts("M1", 6)
}

// isLost fails the test unless every use of the store says that it lost something.
func (s *store) isLost(member string) {
	s.t.Helper()
	w := s.completions(member, 1)
	if err := s.Write(s.t.Context(), w, make([]pipelines.Result, 1)); !errors.Is(err, pipelines.ErrLost) {
		s.t.Fatalf("a write is %v", err)
	}
	s.feed.End--
	if err := s.Raise(s.t.Context(), s.feed.Part, 0); !errors.Is(err, pipelines.ErrLost) {
		s.t.Fatalf("a look is %v", err)
	}
	if _, err := s.Member(s.t.Context(), member); !errors.Is(err, schemas.ErrRecovering) {
		s.t.Fatalf("a read is %v", err)
	}
	if _, _, err := s.Turn(s.t.Context(), s.bucket([]byte(member)), noon, 1, 10); !errors.Is(err, schemas.ErrRecovering) {
		s.t.Fatalf("a turn is %v", err)
	}
}

// A promotion gives the server's history another name: every bucket says so, also one that lost nothing,
// and while it is no primary writes wait.
func TestAPromotionIsFound(t *testing.T) {
	srv, s := oneServer(t)
	writes := s.completions("M1", 6)
	s.all(writes, pipelines.Stored, "")
	if err := srv.ReplicaOf(t.Context(), "127.0.0.1", "1").Err(); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.results(s.completions("M2", 1)) {
		if r.Verdict != pipelines.Retry || r.Reason != "read_only" {
			t.Errorf("a write to a replica is %+v", r)
		}
	}
	s.feed.End--
	if err := srv.ReplicaOf(t.Context(), "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	s.isLost("M1")
	s.begin()
	s.all(writes, pipelines.Duplicate, "counted")
	if err := s.Raise(t.Context(), s.feed.Part, s.feed.End); err != nil {
		t.Fatal(err)
	}
	s.counts("M1", 6)
	changes, err := s.Outbox(t.Context(), s.bucket([]byte("M1")), 10)
	if err != nil || len(changes) != 1 { // nothing was missing, so nothing is said again
		t.Errorf("the outbox holds %d changes: %v", len(changes), err)
	}
}

// A server that was never told the scripts, or forgot them, is told.
func TestScriptsThatAServerForgot(t *testing.T) {
	srv, s := oneServer(t)
	for range 2 {
		if err := srv.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		s.all(s.completions("M1", 3), pipelines.Stored, "")
	}
	s.counts("M1", 6)
}

// What somebody else put in place of a member's key concerns that member alone, and nothing of it is changed.
func TestAKeyOfAnotherTypeIsOneMembersMatter(t *testing.T) {
	srv, s := oneServer(t)
	s.all(s.completions("M1", 3), pipelines.Stored, "")
	keys := s.buckets[s.bucket([]byte("M2"))]
	for name, key := range map[string]string{
		"orders of a month that is over": keys.Orders("M2", 202610), "more orders than the state holds": keys.Orders("M2", 202611),
		"history": keys.History("M2"), "state": "",
	} {
		t.Run(name, func(t *testing.T) {
			spoil := func(ctx context.Context) error { return srv.Set(ctx, key, "x", 0).Err() }
			mend := func(ctx context.Context) error { return srv.Del(ctx, key).Err() }
			if key == "" {
				spoil = func(ctx context.Context) error { return srv.HSet(ctx, keys.members, "M2", "x").Err() }
				mend = func(ctx context.Context) error { return srv.HDel(ctx, keys.members, "M2").Err() }
			}
			if err := spoil(t.Context()); err != nil {
				t.Fatal(err)
			}
			others, bad := s.completions("M1", 1), s.completions("M2", 33)
			if key == keys.Orders("M2", 202610) {
				bad = append(s.completions("M2", 1), s.event("M2", schemas.LevelComplete, 1, -31))
			}
			got := s.results(append(others, bad...))
			for i, r := range got {
				want := pipelines.Result{Verdict: pipelines.Poison, Reason: "wrong_type"}
				if i == 0 {
					want = pipelines.Result{Verdict: pipelines.Stored}
				}
				if r != want {
					t.Errorf("write %d is %+v, want %+v", i, r, want)
				}
			}
			if err := mend(t.Context()); err != nil {
				t.Fatal(err)
			}
			state, err := s.Member(t.Context(), "M2")
			if err != nil || state.Version != 0 || len(state.Months)+len(state.History) > 0 {
				t.Errorf("something of it was changed: %+v, %v", state, err)
			}
		})
	}
	s.all(s.completions("M2", 5), pipelines.Stored, "")
	s.counts("M2", 5)
}

// A server without memory refuses a call before it begins.
func TestAFullServerIsWaitedFor(t *testing.T) {
	srv, s := oneServer(t)
	s.all(s.completions("M1", 4), pipelines.Stored, "")
	if err := srv.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	writes := s.completions("M1", 2)
	s.all(writes, pipelines.Retry, "out_of_memory")
	s.counts("M1", 4)
	if err := srv.ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	s.all(writes, pipelines.Stored, "")
	s.counts("M1", 6)
}

// What the bucket's own keys hold is not a matter of one event: nothing is dead-lettered for it.
func TestABucketsOwnKeyOfAnotherTypeIsRefused(t *testing.T) {
	srv, s := oneServer(t)
	keys := s.buckets[s.bucket([]byte("M1"))]
	if err := srv.Del(t.Context(), keys.members).Err(); err != nil {
		t.Fatal(err)
	}
	if err := srv.Set(t.Context(), keys.members, "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.all(s.completions("M1", 2), pipelines.Refused, "wrong_type")
}

// An outbox that nobody empties holds writes back, and loses none.
func TestAFullOutboxHoldsWritesBack(t *testing.T) {
	srv := startServer(t, stacktest.FreeAddress(t))
	s := newStore(t, srv.addr)
	s.cfg.MaxOutbox = 1
	s.rules = newRuleArgs(&s.cfg)
	s.begin()
	s.all(s.completions("M1", 5), pipelines.Stored, "") // silver
	more := s.completions("M1", 15)
	s.all(more, pipelines.Retry, "outbox_full")
	s.counts("M1", 5)
	entries, err := s.Outbox(t.Context(), s.bucket([]byte("M1")), 10)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the outbox holds %d entries: %v", len(entries), err)
	}
	if err := s.Trim(t.Context(), s.bucket([]byte("M1")), []string{entries[0].ID}); err != nil {
		t.Fatal(err)
	}
	s.all(more, pipelines.Stored, "")
	s.counts("M1", 20)
}

// A store that was made with another number of buckets is refused before anything is written.
func TestAnotherNumberOfBucketsIsRefused(t *testing.T) {
	srv, s := oneServer(t)
	cfg := s.cfg
	cfg.Buckets = 5
	other := open(t, cfg)
	_, err := other.Open(t.Context(), s.feed, "me")
	if !errors.Is(err, ErrLayout) {
		t.Errorf("opening: %v", err)
	}
	if err := other.Write(t.Context(), s.completions("M1", 1), make([]pipelines.Result, 1)); !errors.Is(err, ErrLayout) {
		t.Errorf("writing: %v", err)
	}
	report, err := other.Inspect(t.Context())
	if err != nil || report.Buckets != 4 || len(report.Servers) != 1 || report.Servers[0].Addr != srv.addr {
		t.Fatalf("the report is %+v, %v", report, err)
	}
	codes := map[string]bool{}
	for _, c := range report.Complaints() {
		codes[c.Code] = c.Fatal
	}
	if fatal, there := codes["buckets"]; !there || !fatal || len(codes) != 2 {
		t.Errorf("the complaints are %v, want buckets and persistence", codes)
	}
}
