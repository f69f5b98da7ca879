package pipelines

import (
	"errors"
	"time"
)

// take carries records from decode to the batch, or to the coalescer.
func (l *lane[T]) take(records []Record) {
	now := time.Now()
	l.obs.Noted(l.part, Event{Kind: Consumed, Stage: StageSource, N: int64(len(records))})
	if l.keyed != nil {
		l.seats.expect(records, l.coalescer.warm)
	}
	for i := range records {
		if l.progress.track(records[i].Offset) {
			l.decode(i, &records[i], now)
		} else {
			l.tally.add(Duplicate, ReasonRepeated)
		}
	}
	l.report()
	l.ages.polled(l.progress.newest, now)
	l.show()
}

// ReasonRepeated is the reason of a record that the source handed over twice to one lane.
const ReasonRepeated = "repeated"

func (l *lane[T]) decode(i int, rec *Record, now time.Time) {
	if err := l.stream.Decode(rec, &l.value); err != nil {
		l.poison(rec, err, now)
		return
	}
	if l.keyed != nil {
		l.identify(i, rec, now)
		return
	}
	if l.gate(rec, Seat{}, now) {
		l.process(*rec, now)
	}
}

// identify carries on a record of which the newest per identity is enough.
func (l *lane[T]) identify(i int, rec *Record, now time.Time) {
	key, version := l.keyed.Identity(&l.value)
	seat := l.seats.of(l.seats.identity(i, key, rec.Key), now.UnixMilli(), l.coalescer.inUse)
	if !l.gate(rec, seat, now) {
		return
	}
	if l.cfg.CoalesceWindow == 0 {
		l.process(*rec, now)
		return
	}
	fate := l.coalescer.offer(seat, version, rec, now)
	if fate.loser != nobody {
		l.tally.add(Stale, ReasonCoalesced)
		l.progress.settle(fate.loser)
	}
	if fate.through {
		l.process(l.filling().clone(rec), now)
	}
}

// gate is true when the record at hand may pass; otherwise it is settled.
func (l *lane[T]) gate(rec *Record, seat Seat, now time.Time) bool {
	at := now.UnixMilli()
	if l.cfg.AsOfRecord && rec.Time > 0 {
		at = rec.Time
	}
	verdict, reason := l.stream.Gate(&l.value, seat, at)
	if verdict == Unsettled {
		return true
	}
	l.tally.add(verdict, reason)
	l.progress.settle(rec.Offset)
	return false
}

// process turns the value at hand into a write of the batch that fills.
func (l *lane[T]) process(rec Record, now time.Time) {
	b := l.filling()
	b.room(2 * rec.Size()) // a write is about as long as its record
	var write Write
	b.arena, write = l.stream.Process(&l.value, b.arena)
	write.From, write.Offset = &l.part, rec.Offset
	if l.cfg.AsOfRecord {
		write.Expires = 0
	}
	if write.Unknown > 0 {
		l.obs.Noted(l.part, Event{Kind: Unknown, Stage: StageDecode, N: int64(write.Unknown)})
	}
	l.bytes += b.add(rec, write, now)
	l.closeIf(b.full(l.cfg))
}

// poison sends a record that cannot be decoded the way of the batch that fills: it is
// dead-lettered with it, and the commit waits for that.
func (l *lane[T]) poison(rec *Record, err error, now time.Time) {
	b := l.filling()
	letter := DeadLetter{Record: b.clone(rec), From: l.part, Stage: StageDecode, Reason: "decode", Detail: "the record cannot be decoded", At: now.UnixMilli()}
	if rejection, ok := errors.AsType[*Rejection](err); ok {
		letter.Reason, letter.Detail = rejection.Reason, rejection.Detail
	}
	l.bytes += b.addDead(letter, now)
	l.closeIf(b.full(l.cfg))
}

// emit moves to the batch what the coalescing window has let go, and closes the batch
// that has reached its age; with all, everything.
func (l *lane[T]) emit(now time.Time, all bool) {
	for len(l.ready) == 0 || all {
		due, open := l.coalescer.due()
		if !open || (!all && due.After(now)) {
			break
		}
		if held, first, ok := l.coalescer.take(now, all); ok {
			l.release(&held, first, now)
		}
	}
	if l.batch != nil && !l.batch.empty() && (all || (len(l.ready) == 0 && now.Sub(l.batch.opened) >= l.cfg.BatchAge)) {
		l.closeIf(true)
	}
}

// release carries a coalesced record on. Its bytes move into the batch's arena, since
// the coalescer uses its own again; decoding them once more is cheaper than having kept
// every ping that a newer one replaced. The first that it replaced is settled with it.
func (l *lane[T]) release(held *Record, first int64, now time.Time) {
	if first != nobody {
		l.filling().absorbed = append(l.filling().absorbed, first)
	}
	rec := l.filling().clone(held)
	if err := l.stream.Decode(&rec, &l.value); err != nil {
		l.poison(&rec, err, now)
		return
	}
	l.process(rec, now)
}

func (l *lane[T]) filling() *batch {
	if l.batch != nil {
		return l.batch
	}
	if n := len(l.spare); n > 0 {
		l.batch, l.spare = l.spare[n-1], l.spare[:n-1]
	} else {
		l.batch = newBatch(l.cfg)
	}
	return l.batch
}

func (l *lane[T]) closeIf(full bool) {
	if full {
		l.ready = append(l.ready, l.batch)
		l.batch = nil
	}
}
