package embedded

import (
	"slices"

	"sluice/pipelines"
	"sluice/schemas"
)

// Reasons of level events.
const (
	reasonCounted          = "counted" // the order counts already
	reasonVoid             = "void"    // the order never counts
	reasonBought           = "bought"  // the purchase is known
	reasonExpired          = "expired" // its month is not kept any more
	reasonFuture           = "future"  // of a month that is too far ahead
	reasonBadEvent         = "bad_event"
	reasonIgnored          = "ignored"
	reasonOutboxFull       = "outbox_full"
	reasonTooManyOrders    = "too_many_orders"
	reasonTooManyPurchases = "too_many_purchases"
)

// keptMonths are those before the present one that are kept.
const keptMonths = 13

// span is which months a store takes at a moment.
type span struct {
	first, last schemas.Month
	start       int64 // of the first, ms
}

func (c *LevelsConfig) span(now int64) span {
	month := c.Rules.Month(now)
	first := month.Add(-keptMonths)
	return span{first: first, last: month.Add(1), start: c.Rules.Start(first)}
}

// take changes a member as an event says, and reports whether it did.
func (u *unit) take(m *member, e *schemas.LevelEvent) (result pipelines.Result, changed bool) {
	month := e.Month
	switch e.Kind {
	case schemas.LevelPurchase:
		if e.Until <= u.span.start {
			return pipelines.Result{Verdict: pipelines.Stale, Reason: reasonExpired}, false
		}
		month = max(u.cfg.Rules.Month(e.At), u.span.first)
	case schemas.LevelForget:
		return pipelines.Result{Verdict: pipelines.Stored}, m.forget(e.Order)
	case schemas.LevelSay:
		return pipelines.Result{Verdict: pipelines.Stored}, false
	case schemas.LevelIgnore, schemas.LevelUnset:
		return pipelines.Result{Verdict: pipelines.Stale, Reason: reasonIgnored}, false
	case schemas.LevelComplete, schemas.LevelVoid:
	}
	switch {
	case month < u.span.first:
		return pipelines.Result{Verdict: pipelines.Stale, Reason: reasonExpired}, false
	case month > u.span.last:
		return pipelines.Result{Verdict: pipelines.Poison, Reason: reasonFuture}, false
	case e.Kind == schemas.LevelComplete:
		return u.complete(m, e)
	case e.Kind == schemas.LevelVoid:
		return u.voidOrder(m, e)
	}
	return u.purchase(m, e)
}

// complete counts an order in its month. Of two completions of one order the earlier one counts, whichever came first.
func (u *unit) complete(m *member, e *schemas.LevelEvent) (pipelines.Result, bool) {
	if m.void(e.Order) {
		return pipelines.Result{Verdict: pipelines.Duplicate, Reason: reasonVoid}, false
	}
	month, at, found := m.completed.find(e.Order)
	if found {
		had := m.completed[month]
		if e.Month > had.month || e.Month == had.month && e.Second >= had.orders.second(at) {
			return pipelines.Result{Verdict: pipelines.Duplicate, Reason: reasonCounted}, false
		}
		if e.Month == had.month {
			had.orders.setSecond(at, e.Second)
			return pipelines.Result{Verdict: pipelines.Duplicate, Reason: reasonCounted}, true
		}
	}
	if m.counts(e.Month) >= u.cfg.MaxOrders {
		return pipelines.Result{Verdict: pipelines.Poison, Reason: reasonTooManyOrders}, false
	}
	if found {
		m.completed = m.completed.remove(month, at)
	}
	m.completed = m.completed.add(e.Month, e.Order, e.Second)
	return pipelines.Result{Verdict: pipelines.Stored}, true
}

// voidOrder sees to it that an order never counts. Of two events that say so the later month keeps the tombstone,
// whichever came first.
func (u *unit) voidOrder(m *member, e *schemas.LevelEvent) (pipelines.Result, bool) {
	month, at, found := m.voids.find(e.Order)
	switch {
	case found && m.voids[month].month >= e.Month:
		return pipelines.Result{Verdict: pipelines.Duplicate, Reason: reasonVoid}, false
	case found:
		m.voids = m.voids.remove(month, at).add(e.Month, e.Order, e.Second)
		return pipelines.Result{Verdict: pipelines.Duplicate, Reason: reasonVoid}, true
	case m.voids.of(e.Month).count() >= u.cfg.MaxOrders:
		return pipelines.Result{Verdict: pipelines.Poison, Reason: reasonTooManyOrders}, false
	}
	m.voids = m.voids.add(e.Month, e.Order, e.Second)
	if month, at, found := m.completed.find(e.Order); found {
		m.completed = m.completed.remove(month, at)
	}
	return pipelines.Result{Verdict: pipelines.Stored}, true
}

// forget takes an order out of every month that has it, and its tombstones.
func (m *member) forget(order int64) (changed bool) {
	for month, at, found := m.completed.find(order); found; month, at, found = m.completed.find(order) {
		m.completed, changed = m.completed.remove(month, at), true
	}
	for month, at, found := m.voids.find(order); found; month, at, found = m.voids.find(order) {
		m.voids, changed = m.voids.remove(month, at), true
	}
	return changed
}

// purchase gives a paid level for a time, once.
func (u *unit) purchase(m *member, e *schemas.LevelEvent) (pipelines.Result, bool) {
	if m.has(e.Purchase) {
		return pipelines.Result{Verdict: pipelines.Duplicate, Reason: reasonBought}, false
	}
	if len(m.bought) >= u.cfg.MaxPurchases {
		return pipelines.Result{Verdict: pipelines.Poison, Reason: reasonTooManyPurchases}, false
	}
	added := schemas.Membership{PurchaseID: string(e.Purchase), SKU: string(e.SKU), Rank: int(e.Rank), From: e.At, Until: e.Until}
	at, _ := slices.BinarySearchFunc(m.bought, added.From, func(have schemas.Membership, from int64) int {
		if have.From <= from {
			return -1
		}
		return 1
	})
	m.bought = slices.Insert(m.bought, at, added)
	return pipelines.Result{Verdict: pipelines.Stored}, true
}
