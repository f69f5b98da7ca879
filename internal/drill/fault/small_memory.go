package fault

import (
	"context"
	"errors"
	"fmt"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// cramped gives processes less memory than they need, so that the kernel kills them.
type cramped struct {
	whom  []victim
	bytes int64
	kills int
}

// Inject returns when the kernel has killed each in its new life.
func (c *cramped) Inject(ctx context.Context) error {
	for _, v := range c.whom {
		if err := leave(ctx, v); err != nil {
			return err
		}
		v.Limit(stage.Limits{Memory: c.bytes})
		if err := v.Start(ctx); err != nil {
			return err
		}
		if err := dies(ctx, v); err != nil {
			return fmt.Errorf("with %d MiB of memory: %w", c.bytes>>20, err)
		}
		c.kills++
	}
	return nil
}

// Heal starts them with as much memory as they want, and returns when they are ready.
func (c *cramped) Heal(ctx context.Context) error {
	for _, v := range c.whom {
		v.Limit(stage.Limits{})
	}
	return revive(ctx, c.whom)
}

// Saw says how many were killed.
func (c *cramped) Saw() map[string]float64 { return map[string]float64{"killed": float64(c.kills)} }

func smallMemoryKind() Kind {
	return Kind{
		About: "starts a process in a control group with too little memory, until the kernel kills it",
		On:    anybody(),
		With:  map[string]string{"mebibytes": "that it gets; 24 when nothing is said"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			whom, err := victims(on, f)
			return &cramped{whom: whom, bytes: args.number("mebibytes", 24) << 20}, errors.Join(err, args.wrong())
		},
	}
}
