package embedded

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"

	"sluice/schemas"
	"sluice/schemas/rules"
)

// occasion is why a level is computed.
type occasion struct {
	cause string // "" = nothing but time
	order int64  // whose event it was, 0 = none
	again bool   // it is announced even if it is the one announced last
}

// tagOf tells versions of the rules apart that may give another level.
func tagOf(r *rules.Rules) uint32 {
	text := fmt.Appendf(nil, "%q %q %d", r.Version, r.TimeZone, r.KeepMonths)
	for i := range r.Levels {
		text = fmt.Appendf(text, " %q %d", r.Levels[i].Name, r.Levels[i].Orders)
	}
	return crc32.ChecksumIEEE(text)
}

// timely is the rank that time alone gives, where that may be another than the one announced: -1 where it is not.
func (u *unit) timely(m *member) int {
	if m.due == 0 || u.now < m.due {
		return -1
	}
	return u.cfg.Rules.Effective(m.counts, m.bought, u.now).Rank
}

// says is whether an event that was taken is to announce the level. What time did is the turn's to announce, behind its grace:
// an event that leads back to the level announced, or not beyond it and what time gave, says nothing; one that leads beyond
// both says so.
func (u *unit) says(m *member, timely int) bool {
	if timely < 0 {
		return true
	}
	rank, was := u.cfg.Rules.Effective(m.counts, m.bought, u.now).Rank, u.announcedRank(m)
	return rank == was || rank < min(was, timely) || rank > max(was, timely)
}

// announcedRank is that of the level announced last; one that the rules do not have counts as the base level.
func (u *unit) announcedRank(m *member) int {
	rank, _ := u.cfg.Rules.RankOf(m.announced)
	return rank
}

// announce computes a member's level at this moment and, when it is not the one announced last, announces it: in the outbox,
// in the member's history, and as the next version.
func (u *unit) announce(m *member, b *bucket, why occasion) (bool, error) {
	standing := u.cfg.Rules.Effective(m.counts, m.bought, u.now)
	to, from := u.cfg.Rules.LevelName(standing.Rank), m.announced
	if from == "" {
		from = u.cfg.Rules.LevelName(0)
	}
	if why.cause == "" {
		why.cause = u.byTime(m, &standing)
	}
	if due := u.due(m, &standing); due != m.due {
		m.due, m.changed = due, true
	}
	if m.tag != u.tag {
		m.tag, m.changed = u.tag, true
	}
	if to == from && !why.again {
		return false, nil
	}
	if to == from && why.cause != schemas.CauseRepair {
		why.cause, why.order = schemas.CauseRecovered, 0
	}
	m.version, m.epoch, m.announced, m.changed = m.version+1, b.epoch, to, true
	change := schemas.LevelChanged{
		MemberID: string(m.id), From: from, To: to, Cause: why.cause, Period: standing.Period.String(), Orders: standing.Orders,
		Epoch: b.epoch, Version: m.version, At: u.now, ValidUntil: standing.ValidUntil, Ruleset: u.cfg.Rules.Version,
	}
	if why.order != 0 {
		change.OrderID = strconv.FormatInt(why.order, 10)
	}
	value := schemas.AppendLevelJSON(nil, &change)
	if err := u.post(b, schemas.TopicLevels, m.id, value); err != nil {
		return false, err
	}
	if err := u.c.addHistory.do(int64(m.bucket), m.id, m.version, value); err != nil {
		return false, err
	}
	if m.version <= schemas.MaxHistory {
		return true, nil
	}
	return true, u.c.dropHistory.do(int64(m.bucket), m.id, m.version-schemas.MaxHistory)
}

// byTime is why a level changed with which nothing was done: the rules did, what gave it until then has ended, or what gives it
// now has begun.
func (u *unit) byTime(m *member, now *rules.Standing) string {
	if m.tag != u.tag {
		return schemas.CauseRules
	}
	was := u.announcedRank(m)
	gave := func(b schemas.Membership) bool { return b.Until == m.due && b.Rank >= was }
	if now.Rank > was && now.Source == rules.SourceMembership || now.Rank <= was && slices.ContainsFunc(m.bought, gave) {
		return schemas.CauseMembership
	}
	return schemas.CauseMonth
}

// due is when a level changes if nothing else happens, 0 = never: when it falls, or when a membership or a month begins that
// gives more.
func (u *unit) due(m *member, s *rules.Standing) int64 {
	due := s.ValidUntil
	more := func(rank int, from int64) {
		if rank > s.Rank && from > u.now && (due == 0 || from < due) {
			due = from
		}
	}
	for i := range m.bought {
		more(m.bought[i].Rank, m.bought[i].From)
	}
	if last := len(m.completed) - 1; last >= 0 && m.completed[last].month == u.span.last { // none is later
		more(u.cfg.Rules.Rank(m.completed[last].orders.count()), u.cfg.Rules.Start(u.span.last))
	}
	return due
}
