package fault

import (
	"context"
	"errors"
	"fmt"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// unwritable asks for every replica of a topic in sync, so that nobody can write to it while a broker is
// away, which another fault sees to. More than there are would not do: Kafka asks for no more than it has.
type unwritable struct {
	settings stage.Settings
	topics   []string // on the wire
}

const (
	minISR      = "min.insync.replicas"
	everyISR    = "3" // on as many brokers
	usualMinISR = "2" // which is what the stage sets up
)

// Inject returns when the controller knows.
func (u *unwritable) Inject(ctx context.Context) error { return u.set(ctx, everyISR) }

// Heal asks for as many as before.
func (u *unwritable) Heal(ctx context.Context) error { return u.set(ctx, usualMinISR) }

func (u *unwritable) set(ctx context.Context, value string) error {
	var errs []error
	for _, topic := range u.topics {
		errs = append(errs, u.settings.Configure(ctx, topic, minISR, value))
	}
	return errors.Join(errs...)
}

func unwritableKind() Kind {
	return Kind{
		About: "asks for every replica of topics in sync, so that they refuse records while a broker is away",
		On:    []string{"kafka"},
		With:  map[string]string{"topics": "dead, those of the dead letters, or pings; dead when nothing is said"},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			u := &unwritable{settings: on.Kafka()}
			switch args.text("topics", "dead", "dead", "pings") {
			case "dead":
				u.topics = []string{on.Topic(liveName + ".dead"), on.Topic(pastName + ".dead")}
			case "pings":
				u.topics = []string{on.Topic(pingsTopic)}
			}
			if err := args.wrong(); err != nil {
				return nil, fmt.Errorf("making a topic unwritable: %w", err)
			}
			return u, nil
		},
	}
}
