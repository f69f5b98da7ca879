package fault

import (
	"context"
	"fmt"
	"strings"

	"sluice/internal/drill/script"
	"sluice/internal/drill/spoil"
	"sluice/internal/drill/stage"
)

// scripted is the way to Elasticsearch on which answers can be spoilt.
type scripted interface {
	Play(spoil.Script)
	Spoilt() spoil.Tally
}

// answers spoils what Elasticsearch says to bulk requests.
type answers struct {
	way    scripted
	script func() (spoil.Script, error)
	plays  bool
	before spoil.Tally // of the scripts that have ended
}

// Inject begins the script.
func (a *answers) Inject(context.Context) error {
	script, err := a.script()
	if err != nil {
		return err
	}
	a.way.Play(script)
	a.plays = true
	return nil
}

// Heal ends it. Whether it spoilt anything is for the bites to say: beside a frozen Kafka nothing is written.
func (a *answers) Heal(context.Context) error {
	if !a.plays {
		return nil
	}
	a.plays = false
	spoilt := a.way.Spoilt()
	a.way.Play(nil)
	a.before.Requests += spoilt.Requests
	a.before.Items += spoilt.Items
	a.before.Applied += spoilt.Applied
	return nil
}

// Saw says how much was spoilt.
func (a *answers) Saw() map[string]float64 {
	return map[string]float64{
		"spoilt-requests": float64(a.before.Requests), "spoilt-items": float64(a.before.Items),
		"spoilt-applied": float64(a.before.Applied),
	}
}

// answersName is the kind's, by which a drill asks for it.
const answersName = "answers"

// Rejects is the share of all writes that faults have Elasticsearch reject for what they are, sound as they are: so many
// records may become dead letters. 0 = none of them does that.
func Rejects(faults []script.Fault) float64 {
	sum := 0.0
	for i := range faults {
		if f := &faults[i]; f.Kind == answersName && spoil.Rejects(f.With["answer"]) {
			sum += (&arguments{with: f.With}).share("share", 1)
		}
	}
	return min(1, sum)
}

func answersKind() Kind {
	return Kind{
		About: "spoils Elasticsearch's answers to bulk requests",
		On:    []string{"elastic"},
		With: map[string]string{
			"answer": "which: " + strings.Join(spoil.Names(), ", "),
			"share":  "of the requests, or of their items, such as 20%; all when nothing is said",
			"seed":   "of the dice; 1 when nothing is said",
		},
		Make: func(on *stage.Stage, f script.Fault) (Fault, error) {
			args := &arguments{with: f.With}
			share, seed := args.share("share", 1), args.number("seed", 1)
			play := func() (spoil.Script, error) { return spoil.Named(f.With["answer"], share, uint64(seed)) }
			if err := args.wrong(); err != nil {
				return nil, err
			}
			if _, err := play(); err != nil {
				return nil, fmt.Errorf("with.answer, with.share: %w", err)
			}
			return &answers{way: on.Spoil(), script: play}, nil
		},
	}
}
