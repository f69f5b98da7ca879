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

// Whatever interleaving of the two topics, wherever what was in doubt arrives or does not, however often the store is put back to
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

// Each kind of fault is found, and called by its name.
func TestPlantedFaultsAreFound(t *testing.T) {
	w := newWorld(t, everything())
	o := w.oracle(t)
	drop := func(said []levels.Change, i int) []levels.Change {
		return append(append([]levels.Change(nil), said[:i]...), said[i+1:]...)
	}
	for name, c := range map[string]struct {
		want  string
		plant func(told *levels.Answer, said []levels.Change) []levels.Change
	}{
		"nothing": {"", func(_ *levels.Answer, said []levels.Change) []levels.Change { return said }},
		"an order too many on a day": {"counts", func(told *levels.Answer, said []levels.Change) []levels.Change {
			for day := range told.Days {
				told.Days[day]++
				return said
			}
			return said
		}},
		"an order of another day": {"counts", func(told *levels.Answer, said []levels.Change) []levels.Change {
			for day := range told.Days {
				told.Days[day]--
				told.Days["2026-11-01"]++
				return said
			}
			return said
		}},
		"a month too short":  {"counts", func(told *levels.Answer, said []levels.Change) []levels.Change { told.Months["2026-11"]--; return said }},
		"another level":      {"level", func(told *levels.Answer, said []levels.Change) []levels.Change { told.Level = "bronze"; return said }},
		"a level too long":   {"level", func(told *levels.Answer, said []levels.Change) []levels.Change { told.ValidUntil++; return said }},
		"a lost change":      {"order", func(_ *levels.Answer, said []levels.Change) []levels.Change { return drop(said, 1) }},
		"a lost last change": {"order", func(_ *levels.Answer, said []levels.Change) []levels.Change { return said[:len(said)-1] }},
		"a lost change that the version hides": {"changes", func(told *levels.Answer, said []levels.Change) []levels.Change {
			said = drop(said, 0)
			for i := range said {
				said[i].Version--
			}
			told.Version--
			return said
		}},
		"an invented change": {"changes", func(told *levels.Answer, said []levels.Change) []levels.Change {
			last := said[len(said)-1]
			last.From, last.To, last.Version = last.To, last.From, last.Version+1
			told.Version++
			return append(said, last)
		}},
		"a change that changes nothing": {"changes", func(told *levels.Answer, said []levels.Change) []levels.Change {
			last := said[len(said)-1]
			last.From, last.Version = last.To, last.Version+1
			told.Version++
			return append(said, last)
		}},
		"another order": {"changes", func(_ *levels.Answer, said []levels.Change) []levels.Change { said[0].OrderID = "77"; return said }},
		"another count": {"changes", func(_ *levels.Answer, said []levels.Change) []levels.Change { said[0].Orders++; return said }},
		"another month": {"changes", func(_ *levels.Answer, said []levels.Change) []levels.Change { said[0].Period = "2026-09"; return said }},
		"another cause": {"changes", func(_ *levels.Answer, said []levels.Change) []levels.Change { said[0].Cause = "month"; return said }},
		"another end":   {"changes", func(_ *levels.Answer, said []levels.Change) []levels.Change { said[0].ValidUntil--; return said }},
		"other rules":   {"changes", func(_ *levels.Answer, said []levels.Change) []levels.Change { said[0].Ruleset = "v0"; return said }},
		"two swapped": {"order", func(_ *levels.Answer, said []levels.Change) []levels.Change {
			said[0], said[1] = said[1], said[0]
			return said
		}},
		"two under one": {"order", func(_ *levels.Answer, said []levels.Change) []levels.Change {
			other := said[0]
			other.To = "gold"
			return append(said, other)
		}},
		"an epoch back": {"order", func(told *levels.Answer, said []levels.Change) []levels.Change { told.Epoch--; return said }},
		"said again under a version of its own": {"changes", func(told *levels.Answer, said []levels.Change) []levels.Change {
			last := said[len(said)-1]
			last.Version++
			told.Version++
			return append(said, last)
		}},
		"a new epoch that jumps": {"order", func(told *levels.Answer, said []levels.Change) []levels.Change {
			last := said[len(said)-1]
			last.From, last.Cause, last.OrderID, last.Epoch, last.Version = last.To, "recovered", "", 2, last.Version+2
			told.Epoch, told.Version = 2, last.Version
			return append(said, last)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			member, s := w.busy(t, 4)
			told := s.Answer()
			said := c.plant(&told, s.Said)
			got := wrong(o.Judge(member, &told, said))
			if c.want == "" && got != "" || c.want != "" && !strings.Contains(got, c.want+": ") {
				t.Errorf("%q, want %s", got, c.want)
			}
		})
	}
}
