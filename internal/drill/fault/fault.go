package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// Fault is one thing that is done to what is on a stage.
type Fault interface {
	// Inject returns once the fault is in force.
	Inject(ctx context.Context) error
	// Heal returns once it is undone: what was stopped answers again. It is harmless after an
	// Inject that failed, and the fault may be injected again after it.
	Heal(ctx context.Context) error
}

// Witness is a fault that tells what it did itself, over all its injections: such as how many answers it spoilt.
// Names are those of conditions ("spoilt > 0") beside what is observed of sluice.
type Witness interface {
	Saw() map[string]float64
}

// Taker is a fault that takes records away for good. Lost is the file that lists them for
// `simulate verify --lost`, "" while nothing has been taken.
type Taker interface {
	Lost() string
}

// Kind is a row of the table of faults.
type Kind struct {
	About string            // what is done
	On    []string          // whom it can be done to; a name ending in "-*" is any number
	With  map[string]string // argument -> what it means
	Make  func(*stage.Stage, script.Fault) (Fault, error)
}

// ErrCannot is the answer of a kind that cannot be had on this machine; the reason is around it.
var ErrCannot = stage.ErrCannot

// New makes the fault that a drill asks for. It complains of a kind, a place or an argument that nobody knows.
func New(on *stage.Stage, f script.Fault) (Fault, error) {
	if err := Check(f); err != nil {
		return nil, err
	}
	made, err := Kinds()[f.Kind].Make(on, f)
	if err != nil {
		return nil, fmt.Errorf("making fault %s on %s: %w", f.Kind, f.On, err)
	}
	return made, nil
}

// Check says all that is wrong with what a drill asks for, as far as that needs no stage.
func Check(f script.Fault) error {
	kind, known := Kinds()[f.Kind]
	if !known {
		return fmt.Errorf("no kind of fault is %q", f.Kind)
	}
	var errs []error
	if !slices.ContainsFunc(kind.On, func(pattern string) bool { return fits(pattern, f.On) }) {
		errs = append(errs, fmt.Errorf("%s: on %q: want one of %s", f.Kind, f.On, strings.Join(kind.On, ", ")))
	}
	for name := range f.With {
		if _, known := kind.With[name]; !known {
			errs = append(errs, fmt.Errorf("%s: with.%s is no argument of it", f.Kind, name))
		}
	}
	return errors.Join(errs...)
}

func fits(pattern, on string) bool {
	head, open := strings.CutSuffix(pattern, "*")
	if !open {
		return pattern == on
	}
	number, found := strings.CutPrefix(on, head)
	return found && number != "" && strings.Trim(number, "0123456789") == ""
}
