package levels

import (
	"fmt"
	"maps"
	"slices"
)

// Verdict is what is wrong with one member; a text is "" when nothing is.
type Verdict struct {
	Counts   string // orders by day and month
	Level    string // the level that a reader is told, until when it holds
	Order    string // of the announcements: epochs, versions, repetitions
	Changes  string // announcements that do not follow from what was sent, or that lack
	Repeats  int    // announcements that came again, as they may
	Distinct int    // announcements
	Epochs   int    // in which there were some
	Doubt    bool   // too much of the member is in doubt: Level and Changes were not judged, nor Counts
	Repaired bool   // a repair was announced, which goes by no order: Changes was only judged as a chain
}

// Judge judges one member by what a reader was told of it and what was announced, in the order of the topic.
func (o *Oracle) Judge(member int64, told *Answer, said []Change) Verdict {
	v := Verdict{}
	first := v.sort(said)
	v.Distinct = len(first)
	epochs := byEpoch(first)
	v.Epochs = len(epochs)
	if v.Order == "" {
		v.Order = versions(epochs, told)
	}
	t := o.try(member)
	if t == nil {
		v.Doubt = true
		return v
	}
	masks := t.masks(told, &v)
	ends := func(mask uint16) bool { return len(masks) == 0 || slices.Contains(masks, mask) }
	v.Repaired = slices.ContainsFunc(first, func(c Change) bool { return c.Cause == causeRepair })
	if v.Repaired {
		v.Changes = t.chain(epochs)
		return v
	}
	v.Changes = t.explain(epochs, told.At, ends)
	return v
}

// sort leaves of each announcement the first. It is a fault when two say different things under one (epoch, version),
// or when one comes for the first time behind a later one of its epoch. What comes for the first time from an epoch that
// is over is of a history that was lost: consumers pass over it.
func (v *Verdict) sort(said []Change) (first []Change) {
	type key struct{ epoch, version int64 }
	known := make(map[key]Change, len(said))
	greatest := map[int64]int64{}
	for i := range said {
		c := &said[i]
		k := key{c.Epoch, c.Version}
		switch was, again := known[k]; {
		case again && was != *c:
			v.complain("(%d, %d) is %s>%s, and %s>%s another time", c.Epoch, c.Version, was.From, was.To, c.From, c.To)
			continue
		case again:
			v.Repeats++
			continue
		}
		known[k] = *c
		if c.Version < greatest[c.Epoch] {
			v.complain("(%d, %d) came after version %d", c.Epoch, c.Version, greatest[c.Epoch])
		}
		greatest[c.Epoch] = max(greatest[c.Epoch], c.Version)
		first = append(first, *c)
	}
	slices.SortStableFunc(first, func(a, b Change) int {
		switch {
		case a.After(&b):
			return 1
		case b.After(&a):
			return -1
		}
		return 0
	})
	return first
}

func (v *Verdict) complain(format string, args ...any) {
	if v.Order == "" {
		v.Order = fmt.Sprintf(format, args...)
	}
}

func byEpoch(changes []Change) (epochs [][]Change) {
	for i := 0; i < len(changes); {
		end := i
		for end < len(changes) && changes[end].Epoch == changes[i].Epoch {
			end++
		}
		epochs = append(epochs, changes[i:end])
		i = end
	}
	return epochs
}

// versions says which one was never announced, or what the store says beyond all that were.
func versions(epochs [][]Change, told *Answer) string {
	reached := int64(0) // the greatest version of earlier epochs
	for _, e := range epochs {
		if e[0].Version < 1 || e[0].Version > reached+1 {
			return fmt.Sprintf("epoch %d begins with version %d, and what was before ends with %d", e[0].Epoch, e[0].Version, reached)
		}
		for i := 1; i < len(e); i++ {
			if e[i].Version != e[i-1].Version+1 {
				return fmt.Sprintf("(%d, %d) was never announced", e[i].Epoch, e[i-1].Version+1)
			}
		}
		reached = max(reached, e[len(e)-1].Version)
	}
	if len(epochs) == 0 {
		if told.Version > 0 {
			return fmt.Sprintf("the store says version %d, and none was announced", told.Version)
		}
		return ""
	}
	last := epochs[len(epochs)-1]
	c := &last[len(last)-1]
	switch {
	case told.Epoch < c.Epoch:
		return fmt.Sprintf("the store says epoch %d, and (%d, %d) was announced", told.Epoch, c.Epoch, c.Version)
	case told.Epoch == c.Epoch && told.Version != c.Version:
		return fmt.Sprintf("the store says version %d of epoch %d, and %d was announced last", told.Version, told.Epoch, c.Version)
	}
	return ""
}

// masks are the sets of loose acts that a reader's answer can be of; when there are none v says why.
func (t *trial) masks(told *Answer, v *Verdict) (fit []uint16) {
	var counts, level string
	counted := false
	end := at{steps: int32(len(t.orders)), buys: int32(len(t.buys))}
	for mask := range uint16(1) << len(t.loose) {
		end.mask = mask
		c := t.wrongCounts(told, mask)
		if counts == "" {
			counts = c
		}
		if c != "" {
			continue
		}
		counted = true
		l := t.wrongLevel(told, &end)
		if l == "" {
			fit = append(fit, mask)
		} else if level == "" {
			level = l
		}
	}
	switch {
	case !counted:
		v.Counts = counts
	case len(fit) == 0:
		v.Level = level
	}
	return fit
}

func (t *trial) wrongCounts(told *Answer, mask uint16) string {
	days, months := t.tally(mask)
	for _, kind := range []struct{ want, got map[string]int }{{days, told.Days}, {months, told.Months}} {
		names := slices.Sorted(maps.Keys(kind.want))
		for name := range kind.got {
			if kind.want[name] == 0 {
				names = append(names, name)
			}
		}
		for _, name := range names {
			if kind.got[name] != kind.want[name] {
				return fmt.Sprintf("%s: %d orders, want %d", name, kind.got[name], kind.want[name])
			}
		}
	}
	return ""
}

func (t *trial) wrongLevel(told *Answer, end *at) string {
	want := t.standing(end, told.At)
	if name := t.author.Rules.Levels[want.rank].Name; told.Level != name || told.ValidUntil != want.until {
		return fmt.Sprintf("level %s until %d at %d, want %s until %d", told.Level, told.ValidUntil, told.At, name, want.until)
	}
	return ""
}
