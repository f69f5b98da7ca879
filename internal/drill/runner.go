package drill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
)

// Config of a campaign.
type Config struct {
	Times int           // that each drill's faults are injected; 0 = once
	Seed  uint64        // of loads and of what is drawn by chance
	Begin time.Duration // for processes to be ready and every partition's commits to move; 0 = 2 min
	Act   time.Duration // for one injection or healing; 0 = 3 min
	Look  time.Duration // between two looks at the commits; 0 = 500 ms
	Prove time.Duration // for the ledger to be proved; 0 = 10 min
	Stop  time.Duration // that a process may take to stop; 0 = 10 s
}

// Validate says all that is wrong.
func (c *Config) Validate() error {
	var errs []error
	if c.Times < 0 || c.Times > maxTimes {
		errs = append(errs, fmt.Errorf("times: %d is not from 1 to %d", c.Times, maxTimes))
	}
	if c.Begin < 0 || c.Act < 0 || c.Look < 0 || c.Prove < 0 || c.Stop < 0 {
		errs = append(errs, errors.New("a limit of time must not be negative"))
	}
	return errors.Join(errs...)
}

const maxTimes = 100

func (c Config) filled() Config {
	for at, usual := range map[*time.Duration]time.Duration{
		&c.Begin: 2 * time.Minute, &c.Act: 3 * time.Minute, &c.Look: 500 * time.Millisecond, &c.Prove: 10 * time.Minute, &c.Stop: 10 * time.Second,
	} {
		if *at == 0 {
			*at = usual
		}
	}
	c.Times = max(1, c.Times)
	return c
}

// Runner plays drills, one after the other.
type Runner struct {
	cfg     Config
	theatre Theatre
	teller  Teller
}

// New checks the configuration.
func New(cfg Config, theatre Theatre, teller Teller) (*Runner, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Runner{cfg: cfg.filled(), theatre: theatre, teller: teller}, nil
}

// Run plays the drills. One that fails does not keep the others from being played; the end of ctx does.
func (r *Runner) Run(ctx context.Context, drills []script.Drill) []report.Drill {
	played := make([]report.Drill, 0, len(drills))
	for i := range drills {
		if ctx.Err() != nil {
			break
		}
		d := &drills[i]
		rounds := make([]Round, r.cfg.Times)
		for n := range rounds {
			rounds[n].Faults = d.Faults
		}
		a := r.act(d)
		a.run(ctx, rounds, 0)
		played = append(played, a.said)
		r.teller.Done(&a.said)
	}
	return played
}

// flatFrom is how long a campaign has to last before memory and goroutines have to be flat: a process grows at first.
const flatFrom = 10 * time.Minute

// Random plays a schedule on one scene, for so long; then one ledger is proved. The drill says what the
// scene and the load are, and what is expected.
func (r *Runner) Random(ctx context.Context, d *script.Drill, rounds []Round, lasts time.Duration) report.Drill {
	a := r.act(d)
	a.run(ctx, rounds, lasts)
	a.said.Flat = flat(&a.said.Watched)
	for _, f := range a.said.Flat {
		if !f.Flat && lasts >= flatFrom {
			a.fail("%s of %s is not flat: %s", f.Measure, f.Of, f.Detail)
		}
	}
	r.teller.Done(&a.said)
	return a.said
}
