package reconcile

import (
	"slices"

	"sluice/schemas"
)

// Why a drift is left.
const (
	becauseShort   = "the index may know too few orders: it takes a whole pass, in which it knows about as many as the store"
	becauseRefused = "the store did not take the repair"
	becauseThere   = "it is there after the repair"
)

// compare is how what is held of a member differs from what the index says; facts are all of the member's.
func (w *window) compare(h *schemas.Held, facts []fact) []Drift {
	var drifts []Drift
	known := make(map[int64]*fact, len(facts))
	for i := range facts {
		known[facts[i].id] = &facts[i]
	}
	counted := map[int64]schemas.Month{}
	for i := range h.Counted {
		for _, id := range h.Counted[i] {
			counted[id] = w.months[i]
			if d := w.wrong(id, w.months[i], known[id]); d.Kind != "" {
				d.Member = h.Member
				drifts = append(drifts, d)
			}
		}
	}
	voids := make(map[int64]bool, len(h.Voids))
	for _, id := range h.Voids {
		voids[id] = true
		if known[id] == nil || !known[id].void && known[id].completed == 0 {
			drifts = append(drifts, Drift{Kind: ExtraTombstone, Member: h.Member, Order: id})
		}
	}
	for i := range facts {
		f := &facts[i]
		d := Drift{Member: h.Member, Order: f.id, Second: f.second, At: f.at}
		switch {
		case f.counts && counted[f.id] == 0:
			d.Kind, d.Want = Missing, f.month
			if voids[f.id] {
				d.Kind = ExtraTombstone
			}
		case f.tomb && !voids[f.id] && counted[f.id] == 0:
			d.Kind, d.Void = NoTombstone, f.month
		default:
			continue
		}
		drifts = append(drifts, d)
	}
	return append(drifts, levelDrifts(h)...)
}

// wrong is what is wrong with an order that counts in a month; no kind when nothing is.
func (w *window) wrong(id int64, month schemas.Month, f *fact) Drift {
	switch {
	case f == nil || !f.void && f.completed == 0:
		return Drift{Kind: Extra, Order: id, Month: month}
	case f.void:
		return Drift{Kind: NoTombstone, Order: id, Month: month, Void: f.month, Second: f.second, At: f.at}
	case f.month != month:
		return Drift{Kind: WrongMonth, Order: id, Month: month, Want: f.month, Second: f.second, At: f.at}
	}
	return Drift{}
}

// levelDrifts is what is wrong with what was announced. A timer that has gone off is the jobs' business.
func levelDrifts(h *schemas.Held) []Drift {
	switch {
	case h.Announced != h.Level && !h.Pending:
		return []Drift{{Kind: WrongLevel, Member: h.Member, Was: h.Announced, Level: h.Level}}
	case !h.Told:
		return []Drift{{Kind: LostChange, Member: h.Member, Was: h.Announced}}
	}
	return nil
}

// both are the drifts that two looks have in common.
func both(first, second []Drift) []Drift {
	var common []Drift
	for _, d := range second {
		if slices.Contains(first, d) && !slices.Contains(common, d) {
			common = append(common, d)
		}
	}
	return common
}
