package fault

import (
	"context"
	"errors"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/pause"
)

// starving takes the processor away most of the time.
type starving struct {
	*freezing
	stop, run time.Duration
	bursts    int
	loop      *again
}

// Inject begins it.
func (s *starving) Inject(ctx context.Context) error {
	s.loop = repeat(ctx, s.run, func(ctx context.Context) error {
		if err := s.freezing.Inject(ctx); err != nil {
			return err
		}
		pause.AtMost(ctx, s.stop) // they go on in any case
		var errs []error
		for _, one := range s.whom {
			errs = append(errs, one.Thaw())
		}
		return errors.Join(errs...)
	})
	return nil
}

// Heal ends it.
func (s *starving) Heal(ctx context.Context) error {
	err := s.loop.stop()
	if s.loop != nil {
		s.bursts += s.loop.did
	}
	s.loop = nil
	return errors.Join(err, s.freezing.Heal(ctx))
}

// Saw says how often they were stopped.
func (s *starving) Saw() map[string]float64 { return map[string]float64{"bursts": float64(s.bursts)} }

func starveKind() Kind {
	return Kind{
		About: "stops a process, or all of a role, most of the time, in bursts",
		On:    anybody(),
		With: map[string]string{
			"stop": "of a burst; 800ms when nothing is said",
			"run":  "between two bursts; 200ms when nothing is said",
		},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			frozen, err := frozenProcesses(on, f)
			return &starving{
				freezing: frozen, stop: args.length("stop", 800*time.Millisecond), run: args.length("run", 200*time.Millisecond),
			}, errors.Join(err, args.wrong())
		},
	}
}
