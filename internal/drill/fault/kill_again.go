package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/pause"
)

// killAgain ends a process as kill -9 does, again and again: each life does something, and is ended at a moment by chance, or
// at a named point.
type killAgain struct {
	victim victim
	times  int
	points []string      // failpoints, in turn; none = at a moment by chance
	spread time.Duration // from a life's first commit until its end, at most
	done   func(ctx context.Context) (int64, error)
	kills  int // over all injections
}

// Inject returns when it was killed for the last time.
func (k *killAgain) Inject(ctx context.Context) error {
	if len(k.points) > 0 {
		if err := leave(ctx, k.victim); err != nil {
			return err
		}
	}
	for n := range k.times {
		end := k.byChance
		if len(k.points) > 0 {
			end = k.atPoint(k.points[n%len(k.points)])
		}
		if err := end(ctx, n); err != nil {
			return fmt.Errorf("killing it for the %d. time: %w", n+1, err)
		}
		k.kills++
	}
	return nil
}

// byChance lets it do something first.
func (k *killAgain) byChance(ctx context.Context, n int) error {
	var before int64
	err := until(ctx, "it is known what is committed", func(ctx context.Context) (err error) {
		before, err = k.done(ctx)
		return err
	})
	if err == nil && n > 0 {
		err = k.victim.Start(ctx)
	}
	if err == nil {
		err = k.victim.Ready(ctx)
	}
	if err == nil {
		err = until(ctx, "it commits something", func(ctx context.Context) error {
			now, err := k.done(ctx)
			if err == nil && now <= before {
				err = fmt.Errorf("%d records are committed, as before", now)
			}
			return err
		})
	}
	if err == nil {
		err = pause.For(ctx, time.Duration(rand.Int64N(int64(k.spread))))
	}
	if err != nil {
		return err
	}
	return k.victim.Kill()
}

// atPoint has its next life die there.
func (k *killAgain) atPoint(point string) func(ctx context.Context, n int) error {
	return func(ctx context.Context, _ int) error {
		k.victim.Env(failpointVariable + "=" + point)
		if err := k.victim.Start(ctx); err != nil {
			return err
		}
		if err := dies(ctx, k.victim); err != nil {
			return fmt.Errorf("at %s: %w", point, err)
		}
		return nil
	}
}

// Heal starts it again, and returns when it is ready.
func (k *killAgain) Heal(ctx context.Context) error { return revive(ctx, []victim{k.victim}) }

// Saw says how often it was killed.
func (k *killAgain) Saw() map[string]float64 { return map[string]float64{"killed": float64(k.kills)} }

func killAgainKind() Kind {
	return Kind{
		About: "ends a pipelines process with SIGKILL again and again, each time once it has committed something of the orders",
		On:    []string{"pipelines-*"},
		With: map[string]string{
			"times":  "how often; 17 when nothing is said",
			"spread": "it is ended at any moment so long after that; 300ms when nothing is said",
			"at":     "failpoints, name@n with a space between two: its lives die there in turn, at their n-th coming, whatever they have done",
		},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			whom, err := victims(on, f)
			made := &killAgain{
				times: int(args.number("times", 17)), spread: args.length("spread", 300*time.Millisecond), points: strings.Fields(f.With["at"]),
				done: func(ctx context.Context) (int64, error) {
					return committed(ctx, on.Kafka(), on.Group(levelsName), on.Topic(ordersTopic))
				},
			}
			if err == nil {
				made.victim = whom[0]
			}
			return made, errors.Join(err, args.wrong())
		},
	}
}

// committed is how many records a group has committed of a topic.
func committed(ctx context.Context, groups stage.Groups, group, topic string) (int64, error) {
	at, err := groups.Offsets(ctx, group, topic)
	if err != nil {
		return 0, fmt.Errorf("asking what is committed: %w", err)
	}
	sum := int64(0)
	for _, o := range at {
		sum += max(0, o.Committed-o.Start)
	}
	return sum, nil
}
