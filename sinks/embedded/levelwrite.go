package embedded

import (
	"context"
	"errors"
	"fmt"

	"sluice/pipelines"
	"sluice/schemas"
)

// levelRow is one write with its event.
type levelRow struct {
	event  schemas.LevelEvent
	write  *pipelines.Write
	lane   *opened // that carries its partition, nil for one that was not opened
	bucket int
}

// Write applies level events: one transaction for the whole batch, results after its commit. A batch of which a bucket has
// less than its lane was told, or is unborn, is an error that is pipelines.ErrLost, and nothing of it is applied. What a full
// disk or a lock keeps from being written is Retry, all of it.
func (l *Levels) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	if len(writes) != len(results) {
		return fmt.Errorf("applying level events: %d results for %d writes", len(results), len(writes))
	}
	if len(writes) == 0 {
		return nil
	}
	rows := l.levelRows(writes, results)
	// The lane was looked up before the context is looked at: a call that an ended lane left behind has that lane's knowledge.
	err := l.applyBatch(ctx, rows, results)
	switch {
	case errors.Is(err, pipelines.ErrLost) || err != nil && (ctx.Err() != nil || errors.Is(err, errClosed)):
		clear(results)
		return fmt.Errorf("applying level events: %w", outcome(err))
	case err != nil:
		answer := judge(err)
		for i := range results {
			results[i] = answer
		}
	}
	return nil
}

// levelRows reads the events. Those that cannot be read are Poison.
func (l *Levels) levelRows(writes []pipelines.Write, results []pipelines.Result) []levelRow {
	rows := make([]levelRow, len(writes))
	var from *pipelines.Partition
	var lane *opened
	for i := range writes {
		w := &writes[i]
		if w.From != from {
			if from, lane = w.From, nil; from != nil {
				lane = l.laneOf(*from)
			}
		}
		rows[i] = levelRow{write: w, lane: lane, bucket: schemas.Bucket(w.Key, l.cfg.Buckets)}
		if reason := unfitEvent(w, &rows[i].event); reason != "" {
			rows[i].event.Kind = schemas.LevelUnset
			results[i] = pipelines.Result{Verdict: pipelines.Poison, Reason: reason}
		}
	}
	return rows
}

// unfitEvent reads the event of a write; the reason is "" when it can be applied.
func unfitEvent(w *pipelines.Write, e *schemas.LevelEvent) string {
	if reason := unfit(w.Key, w.Body); reason != "" {
		return reason
	}
	if schemas.ParseLevelEvent(w.Body, e) != nil {
		return reasonBadEvent
	}
	if repair := e.Kind == schemas.LevelForget || e.Kind == schemas.LevelSay; repair && (w.From != nil || e.Kind == schemas.LevelForget && e.Order <= 0) {
		return reasonBadEvent
	}
	return ""
}

// applyAll applies a batch, or fails before it has changed anything.
func (u *unit) applyAll(rows []levelRow, results []pipelines.Result) error {
	for i := range rows {
		if i > 0 && rows[i].bucket == rows[i-1].bucket && rows[i].lane == rows[i-1].lane {
			continue
		}
		if err := u.whole(rows[i].bucket, rows[i].lane); err != nil {
			return err
		}
	}
	for i := range rows {
		if err := u.apply(&rows[i], &results[i]); err != nil {
			return err
		}
	}
	return nil
}

// apply does what one event says, and moves the watermark of its partition on. Behind an event that has to come again
// nothing of its bucket is applied, or the watermark would hide it: an outbox that is full stays so within a transaction.
func (u *unit) apply(row *levelRow, result *pipelines.Result) error {
	b, err := u.bucket(row.bucket)
	if err != nil {
		return err
	}
	full := b.waiting >= int64(u.cfg.MaxOutbox)
	if row.event.Kind != schemas.LevelUnset {
		if full {
			*result = pipelines.Result{Verdict: pipelines.Retry, Reason: reasonOutboxFull}
			return nil
		}
		if *result, err = u.change(b, row); err != nil {
			return err
		}
	}
	if row.lane == nil || full {
		return nil
	}
	return u.pass(row.bucket, row.lane, row.write.Offset+1)
}

// change applies an event to its member, and announces what that does to the level. Other rules are announced before.
func (u *unit) change(b *bucket, row *levelRow) (pipelines.Result, error) {
	m, err := u.member(row.write.Key)
	if err != nil {
		return pipelines.Result{}, err
	}
	m.expire(u.span)
	e := &row.event
	if m.tag != u.tag && u.wouldChange(m, e) {
		if _, err := u.announce(m, b, occasion{}); err != nil {
			return pipelines.Result{}, err
		}
	}
	timely := u.timely(m)
	result, changed := u.take(m, e)
	m.changed = m.changed || changed
	why := occasion{cause: schemas.CauseOrders, order: e.Order}
	switch {
	case e.Kind == schemas.LevelSay:
		why = occasion{cause: schemas.CauseRepair, again: true}
	case !changed:
		why = occasion{cause: schemas.CauseRecovered}
	case row.write.From == nil:
		why.cause = schemas.CauseRepair
	case e.Kind == schemas.LevelPurchase:
		why.cause = schemas.CauseMembership
	}
	if !why.again && (result.Verdict == pipelines.Stored || result.Verdict == pipelines.Duplicate) {
		if why.again, err = u.forgotten(m, b, row); err != nil {
			return pipelines.Result{}, err
		}
	}
	says := changed && u.says(m, timely)
	if changed && !says { // and if the level is said all the same, it is not for this event
		why.cause, why.order = schemas.CauseRecovered, 0
	}
	if says || why.again {
		_, err = u.announce(m, b, why)
	}
	return result, err
}

// wouldChange tries an event on a copy.
func (u *unit) wouldChange(m *member, e *schemas.LevelEvent) bool {
	trial := member{id: m.id}
	if trial.parse(m.append(nil)) != nil {
		return false // it was just read, or written
	}
	_, changed := u.take(&trial, e)
	return changed
}

// forgotten reports whether a level was perhaps announced that nobody here remembers: the event is read again, and since the
// bucket lost what it had the member's level was not announced.
func (u *unit) forgotten(m *member, b *bucket, row *levelRow) (bool, error) {
	if row.lane == nil || m.version > 0 && m.epoch >= b.epoch {
		return false, nil
	}
	seen, err := u.mark(markID{b.number, row.lane.part}, row.lane.topic)
	return err == nil && row.write.Offset < seen.until(), err
}
