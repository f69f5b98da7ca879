package send

import (
	"context"
	"time"

	"sluice/internal/pause"
)

// lingerFor is how long a record that is due may wait for others to fill its request.
const lingerFor = 100 * time.Millisecond

// replay sends what is held. ShiftNow adds one constant to every event time: without a
// speed it makes the newest equal to now; with one, equal to the moment at which it is
// due, so that at 1x every record carries the time at which it is sent.
func (r *run) replay(ctx context.Context, held *hold) error {
	oldest, newest, known := held.span()
	start := time.Now()
	var shift int64
	if r.cfg.Speed > 0 {
		held.order()
	}
	if r.cfg.ShiftNow && known {
		shift = start.UnixMilli() - newest
		if r.cfg.Speed > 0 {
			shift += int64(float64(newest-oldest) / r.cfg.Speed)
		}
	}
	r.tally.shifted(shift)
	var line []byte
	opened := start
	for i := range held.kept {
		if r.cfg.Speed > 0 {
			if err := r.await(ctx, start.Add(held.due(i, oldest, r.cfg.Speed)), &opened); err != nil {
				return err
			}
		}
		line = held.shifted(line[:0], i, shift)
		if err := r.emit(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

// await waits until a record is due. What waits in the batch leaves after lingerFor.
func (r *run) await(ctx context.Context, due time.Time, opened *time.Time) error {
	if r.batch.Len() > 0 && due.Sub(*opened) >= lingerFor {
		if err := sleepUntil(ctx, opened.Add(lingerFor)); err != nil {
			return err
		}
		if err := r.flush(ctx); err != nil {
			return err
		}
	}
	if r.batch.Len() == 0 {
		*opened = due
	}
	return sleepUntil(ctx, due)
}

// sleepUntil is up to 1 ms early: a timer per record would cost more than it gives.
func sleepUntil(ctx context.Context, at time.Time) error {
	if wait := time.Until(at); wait > time.Millisecond {
		return pause.For(ctx, wait)
	}
	return nil
}
