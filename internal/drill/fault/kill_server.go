package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/pause"
)

// server can be ended in two ways.
type server interface {
	Kill(ctx context.Context) error
	Stop(ctx context.Context) error
	Pid() int // 0 when it does not run
}

// felling ends servers, and starts them again on the data that they left.
type felling struct {
	whom   []server
	gently bool
	pause  time.Duration // between two of them
	start  func(ctx context.Context) error
	were   []int // numbers of their processes before
	felled int
}

// Inject returns when all have gone.
func (f *felling) Inject(ctx context.Context) error {
	var errs []error
	f.were = nil
	for _, s := range f.whom {
		f.were = append(f.were, s.Pid())
	}
	for i, s := range f.whom {
		if i > 0 {
			errs = append(errs, pause.For(ctx, f.pause))
		}
		if f.gently {
			errs = append(errs, s.Stop(ctx))
		} else {
			errs = append(errs, s.Kill(ctx))
		}
	}
	return errors.Join(errs...)
}

// Heal starts them together, and returns when all answer.
func (f *felling) Heal(ctx context.Context) error {
	if err := f.start(ctx); err != nil {
		return err
	}
	for i, was := range f.were {
		if now := f.whom[i].Pid(); was != 0 && now != 0 && now != was {
			f.felled++
		}
	}
	f.were = nil
	return nil
}

// Saw says how many ended and came back.
func (f *felling) Saw() map[string]float64 { return map[string]float64{"felled": float64(f.felled)} }

func killServerKind() Kind {
	return Kind{
		About: "ends a server, or all of a kind, and starts it again on its data",
		On:    servers(),
		With: map[string]string{
			"by":    "kill or stop: SIGKILL or SIGTERM; kill when nothing is said",
			"pause": "between two of several; all at once when nothing is said",
		},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			whom := on.Servers(f.On)
			made := &felling{
				gently: args.text("by", "kill", "kill", "stop") == "stop", pause: args.length("pause", 0),
				start: func(ctx context.Context) error { return stage.StartAll(ctx, whom) },
			}
			for _, s := range whom {
				made.whom = append(made.whom, s)
			}
			if len(whom) == 0 {
				return nil, fmt.Errorf("no server is called %s", f.On)
			}
			return made, args.wrong()
		},
	}
}
