package jobs

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"sluice/pipelines"
	"sluice/schemas"
)

// tick writes a tick, reads it back and commits it; then its place is the fence. It is false when the ticks are not
// ours any more. Any other failure is reported, and the fence stays what it was.
//
// Anyone can write a tick, also one who was frozen and does not know yet that another is the runner. Only the
// holder can commit: but for that, a late comer could fence the true runner off.
func (t *term) tick(ctx context.Context) bool {
	call, cancel := context.WithTimeout(ctx, t.cfg.TickTimeout)
	defer cancel()
	offset, err := t.written(call)
	if err == nil {
		err = t.ticks.Commit(call, offset+1)
	}
	switch {
	case ctx.Err() != nil:
		return false
	case errors.Is(err, pipelines.ErrFenced):
		return false
	case err != nil:
		t.deps.Observer.JobFailed(JobTick, fmt.Errorf("ticking: %w", err))
		return true
	}
	t.raise(offset)
	t.deps.Observer.JobDid(JobTick, 1)
	return true
}

// tickRecords is how many are read at once: of one's own there is one.
const tickRecords = 64

// written writes one tick and finds its offset. Ticks of others are passed over.
func (t *term) written(ctx context.Context) (int64, error) {
	at := t.deps.Now().UnixMilli()
	value := []byte(`{"runner":"` + t.name + `","at":` + strconv.FormatInt(at, 10) + `}`)
	if err := t.deps.Ticks.Publish(ctx, schemas.TopicTicks, []pipelines.Record{{Key: []byte(t.name), Value: value}}); err != nil {
		return 0, fmt.Errorf("writing it: %w", err)
	}
	records := make([]pipelines.Record, tickRecords)
	for {
		n, err := t.ticks.Poll(ctx, records)
		if err != nil {
			return 0, fmt.Errorf("reading it back: %w", err)
		}
		for i := range records[:n] {
			if string(records[i].Value) == string(value) {
				return records[i].Offset, nil
			}
		}
	}
}
