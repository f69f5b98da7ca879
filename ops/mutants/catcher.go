package main

import (
	"context"
	"time"
)

// outcome is what a catcher has seen of one build.
type outcome struct {
	failed bool          // something does not hold, whatever it is
	by     string        // what the mutant names, as it was said; "" = it was not
	said   string        // all that was said against the build, shortened
	took   time.Duration // 0 = what the call took
}

// catcher tries builds.
type catcher interface {
	// scene is where it tries this mutant, "" when the mutant does not name this catcher. Mutants of
	// one scene are tried alike, so that one control proves it for all.
	scene(m *mutant) string
	// try tries the mutant, or with planted = false the product as it is at the same place. An error means
	// that nothing was proved.
	try(ctx context.Context, m *mutant, planted bool) (outcome, error)
}
