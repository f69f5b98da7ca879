package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// errMissing is a precondition that only an operator can mend.
var errMissing = errors.New("not set up")

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

// tell is the one line, for the part that asks first. The others end with the process, which
// the first one ends.
func (a *absence) tell(ctx context.Context, own error) error {
	if !a.told.CompareAndSwap(false, true) {
		<-ctx.Done()
		return nil
	}
	said := lacks(own)
	for _, p := range a.among {
		said = append(said, lacks(p.ask(ctx))...)
	}
	slices.Sort(said)
	return fmt.Errorf("%w: %s: run `sluice setup` with the same configuration first", errMissing, strings.Join(slices.Compact(said), "; "))
}

// lacks are the things that an error calls missing.
func lacks(err error) (said []string) {
	for _, one := range leaves(err) {
		if errors.Is(one, errMissing) {
			said = append(said, strings.TrimPrefix(one.Error(), errMissing.Error()+": "))
		}
	}
	return said
}
