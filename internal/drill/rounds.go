package drill

import (
	"context"
	"errors"
	"time"

	"sluice/internal/pause"
)

// rounds plays one after the other, until something does not hold or the time is up. A round drawn by chance that
// did nothing is played again, once.
func (a *act) rounds(ctx context.Context, rounds []Round, lasts time.Duration) error {
	began := time.Now()
	for n, round := range rounds {
		if lasts > 0 && time.Since(began)+round.Calm >= lasts {
			return nil
		}
		missing, err := a.played(ctx, n+1, &round)
		if err == nil && lasts > 0 && len(missing) > 0 && !a.failed() {
			a.note(missing[0] + "; it was played again")
			missing, err = a.played(ctx, n+1, &round) // by chance there was nothing to bite
		}
		if err != nil {
			return err
		}
		for _, what := range missing {
			a.fail("%s", what)
		}
		if a.failed() {
			return nil
		}
	}
	return pause.For(ctx, lasts-time.Since(began))
}

// played plays one round, and says what should have grown and has not.
func (a *act) played(ctx context.Context, n int, round *Round) (missing []string, err error) {
	if err := within(ctx, a.cfg.Act, a.scene.Even); err != nil {
		return nil, err
	}
	if err := pause.For(ctx, round.Calm); err != nil {
		return nil, err
	}
	if err := a.loadAlive(); err != nil {
		return nil, err
	}
	before := a.sums(ctx)
	a.round(ctx, n, round.Faults)
	if err := errors.Join(ctx.Err(), a.possibly()); err != nil || a.failed() {
		return nil, err
	}
	return a.bit(n, round.Bites, a.sums(ctx).Since(before)), nil
}

func (a *act) loadAlive() error {
	select {
	case <-a.scene.Load.Ended():
		return errors.New("the load ended by itself")
	default:
		return nil
	}
}
