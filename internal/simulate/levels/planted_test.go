package levels_test

import (
	"strings"
	"testing"

	"sluice/internal/simulate/levels"
)

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
