package fault

import (
	"context"
	"fmt"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// rolling restarts processes one after the other, as an upgrade does.
type rolling struct {
	whom   []victim
	rolled int
}

// stopsWithin is what sluice promises of SIGTERM.
const stopsWithin = 10 * time.Second

// Inject returns when all have been stopped and are ready again.
func (r *rolling) Inject(ctx context.Context) error {
	for _, v := range r.whom {
		code, took, err := v.Stop(ctx)
		switch {
		case err != nil:
			return err
		case code != 0:
			return fmt.Errorf("the %d. process ended with %d when it was asked to", r.rolled+1, code)
		case took > stopsWithin:
			return fmt.Errorf("the %d. process took %s to end, and %s are promised", r.rolled+1, took, stopsWithin)
		}
		if err := revive(ctx, []victim{v}); err != nil {
			return err
		}
		r.rolled++
	}
	return nil
}

// Heal starts what an Inject that failed has left down.
func (r *rolling) Heal(ctx context.Context) error { return revive(ctx, r.whom) }

// Saw says how many were restarted.
func (r *rolling) Saw() map[string]float64 { return map[string]float64{"rolled": float64(r.rolled)} }

func rollingKind() Kind {
	return Kind{
		About: "stops one process after the other with SIGTERM and starts it again",
		On:    append(anybody(), "all"),
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			made := &rolling{}
			if f.On == "all" {
				for _, p := range on.All() {
					made.whom = append(made.whom, p)
				}
				return made, nil
			}
			var err error
			made.whom, err = victims(on, f)
			return made, err
		},
	}
}
