package fault

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// still can be stopped where it is.
type still interface {
	Freeze() error
	Thaw() error
}

// freezing stops processes or servers where they are: to others they are there, and silent.
type freezing struct {
	whom  []still
	after func(ctx context.Context) error // waits until they are back
}

// Inject stops them, and complains of one that is not there.
func (f *freezing) Inject(context.Context) error {
	var errs []error
	for _, s := range f.whom {
		errs = append(errs, s.Freeze())
	}
	return errors.Join(errs...)
}

// Heal lets them go on.
func (f *freezing) Heal(ctx context.Context) error {
	var errs []error
	for _, s := range f.whom {
		errs = append(errs, s.Thaw())
	}
	return errors.Join(append(errs, f.after(ctx))...)
}

// signalled freezes a process by signals.
type signalled struct{ addressed }

// Freeze stops it.
func (s signalled) Freeze() error { return s.Signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s signalled) Thaw() error { return s.Signal(syscall.SIGCONT) }

func freezeProcessKind() Kind {
	return Kind{
		About: "stops a process, or all of a role, where it is with SIGSTOP; longer than its session it goes on as an owner whom others have replaced",
		On:    anybody(),
		Make:  func(on *stage.Stage, f script.Fault) (Fault, error) { return frozenProcesses(on, f) },
	}
}

func frozenProcesses(on *stage.Stage, f script.Fault) (*freezing, error) {
	whom, err := victims(on, f)
	made := &freezing{after: func(ctx context.Context) error { return revive(ctx, whom) }}
	for _, v := range whom {
		made.whom = append(made.whom, signalled{v})
	}
	return made, err
}

func freezeServerKind() Kind {
	return Kind{
		About: "stops a server where it is with SIGSTOP: its connections stay, and nothing is answered",
		On:    servers(),
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			made := &freezing{after: func(context.Context) error { return nil }}
			for _, s := range on.Servers(f.On) {
				made.whom = append(made.whom, s)
			}
			if len(made.whom) == 0 {
				return nil, fmt.Errorf("no server is called %s", f.On)
			}
			return made, nil
		},
	}
}

func servers() []string { return []string{"elastic", "kafka", "kafka-*", redisName, "redis-*"} }
