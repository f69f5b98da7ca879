package fault

import (
	"context"
	"errors"
	"fmt"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
)

// forgotten deletes the pipelines' groups with all that they committed. Kafka allows that only
// while they have no members, so the pipelines are stopped meanwhile.
type forgotten struct {
	groups  stage.Groups
	topic   string // on the wire
	readers []reader
	crew    crew
	away    bool
	again   int64 // records that were committed and have to be read again
}

// Inject returns when the groups are gone.
func (g *forgotten) Inject(ctx context.Context) error {
	g.away = true
	if err := g.crew.stop(ctx); err != nil {
		return fmt.Errorf("stopping the pipelines: %w", err)
	}
	at, err := look(ctx, g.groups, g.readers, g.topic)
	if err != nil {
		return err
	}
	for _, r := range g.readers {
		for _, o := range at[r.pipeline] {
			g.again += max(0, o.Committed-o.Start)
		}
		if err := g.groups.DeleteGroup(ctx, r.group); err != nil {
			return fmt.Errorf("deleting the group of %s: %w", r.pipeline, err)
		}
	}
	if g.again == 0 {
		return errors.New("nothing had been committed: the fault does nothing")
	}
	return nil
}

// Heal starts the pipelines, and returns when they have committed again.
func (g *forgotten) Heal(ctx context.Context) error {
	if !g.away {
		return nil
	}
	g.away = false
	if err := g.crew.start(ctx); err != nil {
		return fmt.Errorf("starting the pipelines: %w", err)
	}
	return until(ctx, "the pipelines commit again", func(ctx context.Context) error {
		at, err := look(ctx, g.groups, g.readers, g.topic)
		if err != nil {
			return err
		}
		return readFrom(at, 0)
	})
}

// Saw says how many committed records were to be read again.
func (g *forgotten) Saw() map[string]float64 {
	return map[string]float64{"forgotten": float64(g.again)}
}

func forgottenKind() Kind {
	return Kind{
		About: "stops the pipelines and deletes their consumer groups with all that was committed",
		On:    []string{"kafka"},
		Make: func(on *stage.Stage, _ script.Fault) (Fault, error) {
			return &forgotten{groups: on.Kafka(), topic: on.Topic(pingsTopic), readers: readersOf(on), crew: crewOf(on, "pipelines")}, nil
		},
	}
}
