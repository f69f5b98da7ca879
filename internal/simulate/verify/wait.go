package verify

import (
	"context"
	"fmt"
	"time"
)

// plateau is how many looks without any progress must be seen before waiting is given up. A killed
// process is missed only after its session, hence Config.Still.
const plateau = 5

// wait looks at the readers until they have committed everything that was there at the first look, until
// nothing moves any more, or until the time is up; the report notes the last two. A look that fails is one
// without progress. Others may go on writing to the topic: what they add is not waited for.
func (v *verifier) wait(ctx context.Context) error {
	tick := time.NewTicker(v.cfg.Poll)
	defer tick.Stop()
	begin, still, last, moved := time.Now(), 0, int64(-1), time.Now()
	for {
		lag, err := v.look(ctx, last)
		if lag == last {
			still++
		} else {
			still, last, moved = 1, lag, time.Now()
		}
		gaveUp := still >= plateau && time.Since(moved) >= v.cfg.Still
		switch {
		case lag == 0 && err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && (gaveUp || time.Since(begin) >= v.cfg.Wait):
			return fmt.Errorf("asking where the pipelines stand: %w", err)
		case gaveUp:
			v.note("the pipelines are behind by %d records, and %d looks in a row saw no progress", lag, still)
			return nil
		case time.Since(begin) >= v.cfg.Wait:
			v.note("the pipelines are behind by %d records after %s", lag, v.cfg.Wait)
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// look is one look; when it fails the lag is what it was.
func (v *verifier) look(ctx context.Context, was int64) (lag int64, err error) {
	s, err := v.deps.Offsets.Sample(ctx)
	if err != nil {
		return was, err
	}
	v.samples = append(v.samples, s)
	if len(v.goal.Readers) == 0 {
		v.goal = s
	}
	lag = s.Behind(&v.goal)
	v.deps.Watcher.Waiting(lag)
	return lag, nil
}

func (v *verifier) note(format string, args ...any) {
	v.report.Notes = append(v.report.Notes, fmt.Sprintf(format, args...))
}
