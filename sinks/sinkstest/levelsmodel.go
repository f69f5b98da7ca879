package sinkstest

import (
	"slices"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// levelModel is what a set of level events means, by their definition alone: the order in which they came does not matter, nor
// how often.
type levelModel struct {
	rules   *rules.Rules
	members map[string]*memberModel
}

type memberModel struct {
	done   map[int64]moment        // the earliest completion of each order
	void   map[int64]schemas.Month // the latest month in which that was said
	bought map[string]schemas.Membership
}

type moment struct {
	month  schemas.Month
	second int32
}

func (m *levelModel) member(id string) *memberModel {
	if m.members[id] == nil {
		m.members[id] = &memberModel{done: map[int64]moment{}, void: map[int64]schemas.Month{}, bought: map[string]schemas.Membership{}}
	}
	return m.members[id]
}

func (m *levelModel) add(id string, e *schemas.LevelEvent) {
	member := m.member(id)
	switch e.Kind {
	case schemas.LevelComplete:
		had, known := member.done[e.Order]
		if !known || e.Month < had.month || e.Month == had.month && e.Second < had.second {
			member.done[e.Order] = moment{e.Month, e.Second}
		}
	case schemas.LevelVoid:
		member.void[e.Order] = max(member.void[e.Order], e.Month)
	case schemas.LevelPurchase:
		if _, known := member.bought[string(e.Purchase)]; !known {
			member.bought[string(e.Purchase)] = schemas.Membership{
				PurchaseID: string(e.Purchase), SKU: string(e.SKU), Rank: int(e.Rank), From: e.At, Until: e.Until,
			}
		}
	case schemas.LevelIgnore, schemas.LevelForget, schemas.LevelSay, schemas.LevelUnset:
	}
}

// ids are the orders of a month.
func (m *memberModel) ids(month schemas.Month) schemas.OrderIDSet {
	var set schemas.OrderIDSet
	for id, at := range m.done {
		if _, void := m.void[id]; !void && at.month == month {
			set.Counted = append(set.Counted, schemas.CountedOrder{ID: id, Second: at.second})
		}
	}
	for id, said := range m.void {
		if said == month {
			set.Void = append(set.Void, id)
		}
	}
	slices.SortFunc(set.Counted, func(a, b schemas.CountedOrder) int { return int(a.ID - b.ID) })
	slices.Sort(set.Void)
	return set
}

// level is the member's level at a moment.
func (m *levelModel) level(id string, at int64) string {
	member := m.member(id)
	memberships := make([]schemas.Membership, 0, len(member.bought))
	for _, b := range member.bought {
		memberships = append(memberships, b)
	}
	counts := func(month schemas.Month) int { return len(member.ids(month).Counted) }
	return m.rules.LevelName(m.rules.Effective(counts, memberships, at).Rank)
}
