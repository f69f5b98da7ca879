package levels_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/levels"
	"sluice/internal/simulate/levelstest"
	"sluice/internal/simulate/orders"
)

// wrong is what a verdict complains of.
func wrong(v levels.Verdict) string {
	var kinds []string
	for kind, text := range map[string]string{"counts": v.Counts, "level": v.Level, "order": v.Order, "changes": v.Changes} {
		if text != "" {
			kinds = append(kinds, kind+": "+text)
		}
	}
	return strings.Join(kinds, "; ")
}

func TestAFaultlessStoreIsFaultless(t *testing.T) {
	w := newWorld(t, everything())
	o := w.oracle(t)
	changes := 0
	for member := range w.author.Members {
		s := w.store(member)
		told := s.Answer()
		if got := wrong(o.Judge(member, &told, s.Said)); got != "" {
			t.Errorf("member %d: %s", member, got)
		}
		changes += len(s.Said)
	}
	if changes < 10 {
		t.Errorf("only %d changes", changes)
	}
}

// Whatever interleaving of the two topics, whatever time passes between, wherever what was in doubt arrives or does not, however often the store is put back to
// an earlier moment and reads on from there in a new epoch, whatever was announced again: nothing is wrong.
func TestWhateverMayHappenIsNoFault(t *testing.T) {
	base := newWorld(t, everything())
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{author: base.author, requests: append([]request(nil), base.requests...)}
		for range rapid.IntRange(0, 6).Draw(rt, "doubts") {
			i := rapid.IntRange(0, len(w.requests)-1).Draw(rt, "request")
			w.requests[i].outcome = ledger.Outcome{Block: w.requests[i].block, State: ledger.Doubt, Sent: 1, Tries: 1}
		}
		o := w.oracle(t)
		for range 2 {
			member := rapid.Int64Range(0, w.author.Members-1).Draw(rt, "member")
			s := happens(rt, w, member)
			told := s.Answer()
			v := o.Judge(member, &told, s.Said)
			if got := wrong(v); got != "" {
				rt.Fatalf("member %d: %s; said %+v", member, got, s.Said)
			}
		}
	})
}

// happens lets a member's records arrive in one of the ways that they may.
func happens(rt *rapid.T, w *world, member int64) *levelstest.Store {
	s := levelstest.New(w.author, member)
	tracks := [2][]int64{}
	loose := []int64{}
	for i := range w.requests {
		r := &w.requests[i]
		for _, send := range r.sends {
			if w.author.Order(orders.OrderOf(send.N)).Member != member {
				continue
			}
			track := 0
			if r.bought {
				track = 1
			}
			if r.outcome.State == ledger.Doubt {
				if rapid.Bool().Draw(rt, "arrives") {
					loose = append(loose, send.N)
					tracks[track] = append(tracks[track], -int64(len(loose)))
				}
				continue
			}
			tracks[track] = append(tracks[track], send.N)
		}
	}
	var pending []int64 // in doubt, and on their way
	var saved []any
	var places [][2]int
	at := [2]int{}
	for at[0] < len(tracks[0]) || at[1] < len(tracks[1]) || len(pending) > 0 {
		saved, places = append(saved, s.Save()), append(places, at)
		switch dice := rapid.IntRange(0, 60).Draw(rt, "dice"); {
		case dice == 0 && s.Epoch < 4 && len(pending) == 0:
			back := rapid.IntRange(0, len(saved)-1).Draw(rt, "back")
			s.Restore(saved[back])
			at, saved, places = places[back], saved[:back], places[:back]
			s.Epoch++
			s.Replaying = true
		case dice > 57:
			s.Now += rapid.Int64Range(0, 20).Draw(rt, "days") * 86_400_000
			if rapid.Bool().Draw(rt, "turned") {
				s.Turn()
			}
		case dice < 20 && at[1] < len(tracks[1]):
			at[1] = step(s, tracks[1], at[1], loose, &pending)
		case dice < 25 && len(pending) > 0:
			s.Do(pending[0])
			pending = pending[1:]
		case at[0] < len(tracks[0]):
			at[0] = step(s, tracks[0], at[0], loose, &pending)
		}
	}
	for i := range s.Said { // some of it is announced again
		if rapid.IntRange(0, 5).Draw(rt, "again") == 0 {
			s.Said = append(s.Said, s.Said[i])
		}
	}
	return s
}

func step(s *levelstest.Store, track []int64, at int, loose []int64, pending *[]int64) int {
	if n := track[at]; n >= 0 {
		s.Do(n)
	} else {
		*pending = append(*pending, loose[-n-1])
	}
	return at + 1
}
