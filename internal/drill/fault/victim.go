package fault

import (
	"context"
	"errors"
	"fmt"
	"os"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// mortal can be killed, and tells how it died.
type mortal interface {
	Kill() error
	Ended() <-chan struct{}
	Exit() int // 128 and the signal's number, when a signal ended it
}

// equipped takes with it what its next life shall differ by.
type equipped interface {
	Env(pairs ...string)
	Limit(stage.Limits)
	Files() (int, error) // that it has open
}

// addressed takes signals.
type addressed interface {
	Signal(sig os.Signal) error
}

// victim is a process that may be hurt in any way.
type victim interface {
	worker
	mortal
	equipped
	addressed
}

// victims are they whom a fault is done to.
func victims(on *stage.Stage, f script.Fault) ([]victim, error) {
	var all []victim
	for _, p := range on.Processes(f.On) {
		all = append(all, p)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no process is called %s", f.On)
	}
	return all, nil
}

func anybody() []string {
	return []string{"gateway", "gateway-*", "query", "query-*", "pipelines", "pipelines-*", "jobs", "jobs-*"}
}

// revive starts those who do not live, and returns when all are ready.
func revive(ctx context.Context, all []victim) error {
	var errs []error
	for _, v := range all {
		if over(v) {
			errs = append(errs, v.Start(ctx))
		}
	}
	for _, v := range all {
		errs = append(errs, v.Ready(ctx))
	}
	return errors.Join(errs...)
}

func over(m mortal) bool {
	select {
	case <-m.Ended():
		return true
	default:
		return false
	}
}

// killed is the exit of a process that SIGKILL ended.
const killed = 128 + 9

// dies waits until it has been killed.
func dies(ctx context.Context, m mortal) error {
	select {
	case <-m.Ended():
	case <-ctx.Done():
		return fmt.Errorf("it is not killed: %w", ctx.Err())
	}
	if code := m.Exit(); code != killed {
		return fmt.Errorf("it ended with %d, and was not killed", code)
	}
	return nil
}

// leave asks it to end, so that it begins another life with all of its work done.
func leave(ctx context.Context, w worker) error {
	code, took, err := w.Stop(ctx)
	if err == nil && code != 0 {
		err = fmt.Errorf("it ended with %d after %s when it was asked to", code, took)
	}
	return err
}
