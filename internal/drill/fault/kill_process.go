package fault

import (
	"context"
	"errors"
	"fmt"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// killing ends processes as kill -9 does.
type killing struct {
	whom  []victim
	at    string // failpoint; "" = wherever they are
	kills int
}

// failpointVariable is what a binary with failpoints reads.
const failpointVariable = "SLUICE_FAILPOINT"

// Inject returns when they are dead. With a failpoint each begins a new life to die there.
func (k *killing) Inject(ctx context.Context) error {
	var errs []error
	if k.at != "" {
		for _, v := range k.whom {
			errs = append(errs, k.lure(ctx, v))
		}
		return errors.Join(errs...)
	}
	for _, v := range k.whom {
		errs = append(errs, v.Kill())
		k.kills++
	}
	return errors.Join(errs...)
}

// lure has a process die at the failpoint.
func (k *killing) lure(ctx context.Context, v victim) error {
	if err := leave(ctx, v); err != nil {
		return err
	}
	v.Env(failpointVariable + "=" + k.at)
	if err := v.Start(ctx); err != nil {
		return err
	}
	if err := dies(ctx, v); err != nil {
		return fmt.Errorf("at %s: %w", k.at, err)
	}
	k.kills++
	return nil
}

// Heal starts them again, and returns when they are ready.
func (k *killing) Heal(ctx context.Context) error { return revive(ctx, k.whom) }

// Saw says how many were killed.
func (k *killing) Saw() map[string]float64 { return map[string]float64{"killed": float64(k.kills)} }

func killProcessKind() Kind {
	return Kind{
		About: "ends a process, or all of a role, with SIGKILL and starts it again",
		On:    anybody(),
		With:  map[string]string{"at": "failpoint, name@n: it begins a new life and dies at its n-th coming there; wherever it is when nothing is said"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			whom, err := victims(on, f)
			return &killing{whom: whom, at: f.With["at"]}, err
		},
	}
}
