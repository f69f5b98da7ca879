package fault

import (
	"context"
	"errors"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// storm has processes leave their group and come back, again and again.
type storm struct {
	whom  []victim
	every time.Duration
	times int
	loop  *again
}

// Inject begins it.
func (s *storm) Inject(ctx context.Context) error {
	s.loop = repeat(ctx, s.every, func(ctx context.Context) error {
		for _, v := range s.whom {
			if err := s.turn(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// turn has one leave when it is there, and come when it is not. What it has begun it ends, also when the
// storm ends meanwhile.
func (s *storm) turn(ctx context.Context, v victim) error {
	if over(v) {
		return v.Start(ctx)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leavesWithin)
	defer cancel()
	return leave(ctx, v)
}

// leavesWithin is when one that does not end is given up: three times what sluice promises, as the machine is busy.
const leavesWithin = 3 * stopsWithin

// Heal ends it, and returns when all are there.
func (s *storm) Heal(ctx context.Context) error {
	err := s.loop.stop()
	if s.loop != nil {
		s.times += s.loop.did
	}
	s.loop = nil
	return errors.Join(err, revive(ctx, s.whom))
}

// Saw says how often somebody came or left.
func (s *storm) Saw() map[string]float64 {
	return map[string]float64{"turns": float64(s.times * len(s.whom))}
}

func stormKind() Kind {
	return Kind{
		About: "stops a pipelines process with SIGTERM and starts it, in turn and without a rest, so that its groups rebalance all the time",
		On:    []string{"pipelines-*"},
		With:  map[string]string{"every": "between a stop and a start; 2s when nothing is said"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			whom, err := victims(on, f)
			return &storm{whom: whom, every: args.length("every", 2*time.Second)}, errors.Join(err, args.wrong())
		},
	}
}
