package fault

import (
	"context"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// calm does nothing: the load alone is the fault of such a drill.
type calm struct{}

// Inject does nothing.
func (calm) Inject(context.Context) error { return nil }

// Heal does nothing.
func (calm) Heal(context.Context) error { return nil }

func calmKind() Kind {
	return Kind{
		About: "does nothing: what the load does itself is the fault",
		On:    []string{"load"},
		Make:  func(*stage.Stage, script.Fault) (Fault, error) { return calm{}, nil },
	}
}
