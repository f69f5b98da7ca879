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

// monthIDs are the orders of a month, ascending.
type monthIDs struct {
	counted, void []int64
}

func (m monthIDs) equal(other monthIDs) bool {
	return slices.Equal(m.counted, other.counted) && slices.Equal(m.void, other.void)
}

// ids are the orders of a month.
func (m *memberModel) ids(month schemas.Month) monthIDs {
	var set monthIDs
	for id, at := range m.done {
		if _, void := m.void[id]; !void && at.month == month {
			set.counted = append(set.counted, id)
		}
	}
	for id, said := range m.void {
		if said == month {
			set.void = append(set.void, id)
		}
	}
	slices.Sort(set.counted)
	slices.Sort(set.void)
	return set
}

// days are how many orders of a month count by its days, in a zone where each has 24 hours.
func (m *memberModel) days(month schemas.Month) (days [31]int) {
	for _, id := range m.ids(month).counted {
		days[m.done[id].second/86400]++
	}
	return days
}

// level is the member's level at a moment.
func (m *levelModel) level(id string, at int64) string {
	member := m.member(id)
	memberships := make([]schemas.Membership, 0, len(member.bought))
	for _, b := range member.bought {
		memberships = append(memberships, b)
	}
	counts := func(month schemas.Month) int { return len(member.ids(month).counted) }
	return m.rules.LevelName(m.rules.Effective(counts, memberships, at).Rank)
}
