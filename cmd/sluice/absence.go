package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// What only an operator can mend: errMissing by the set-up, errUnfit as `sluice doctor` says.
var (
	errMissing = errors.New("not set up")
	errUnfit   = errors.New("not as it must be")
)

// setUpFirst says what to do where something is not there that setup makes.
func setUpFirst(err error) error {
	return fmt.Errorf("%w\nrun `sluice setup` with the same configuration first", err)
}

// absence is what a process lacks. It is said once for all of its parts, each of which would
// say its own share of it.
type absence struct {
	told  atomic.Bool
	among []*precondition
}

// tell says it, for the part that asks first. The others end with the process, which
// the first one ends.
func (a *absence) tell(ctx context.Context, own error) error {
	if !a.told.CompareAndSwap(false, true) {
		<-ctx.Done()
		return nil
	}
	all := []error{own}
	for _, p := range a.among {
		all = append(all, p.ask(ctx))
	}
	var lines []error
	for _, kind := range [...]struct {
		is  error
		fix string
	}{{errMissing, "run `sluice setup` with the same configuration first"}, {errUnfit, "`sluice doctor` says how to mend it"}} {
		said := calls(kind.is, errors.Join(all...))
		if slices.Sort(said); len(said) > 0 {
			lines = append(lines, fmt.Errorf("%w: %s: %s", kind.is, strings.Join(slices.Compact(said), "; "), kind.fix))
		}
	}
	return errors.Join(lines...)
}

// calls are the things that an error calls missing, or unfit.
func calls(so, err error) (said []string) {
	for _, one := range leaves(err) {
		if errors.Is(one, so) {
			said = append(said, strings.TrimPrefix(one.Error(), so.Error()+": "))
		}
	}
	return said
}
