package drill

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sluice/internal/drill/fault"
	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
)

// Round is faults that are injected together, and after which everything has to recover.
type Round struct {
	Calm   time.Duration // before the first of them
	Faults []script.Fault
	Bites  []script.Bite // what has to come of them, beside what the drill expects
}

// act is one drill under way.
type act struct {
	cfg     Config
	theatre Theatre
	teller  Teller
	drill   *script.Drill
	scene   *Scene
	guard   *guard
	load    string        // the name of its run
	asked   []script.Bite // of the drill, and of the rounds that were played
	made    []fault.Fault

	mu         sync.Mutex // guards what follows
	said       report.Drill
	impossible error // what shows only at an injection that it cannot be had
}

func (r *Runner) act(d *script.Drill) *act {
	cfg := r.cfg
	if d.Long {
		cfg.Prove *= longer
	}
	return &act{cfg: cfg, theatre: r.theatre, teller: r.teller, drill: d, asked: d.Expect.Bites, said: report.Drill{
		Name: d.Name, About: d.About, Catalogue: d.Catalogue, Seed: r.cfg.Seed, Began: time.Now(),
		Load: report.Load{Rate: d.Load.Rate, Drivers: d.Load.Drivers, Members: d.Load.Orders.Members},
	}}
}

// longer is how much longer the proof of a long drill may take, which has more to catch up with.
const longer = 4

// run plays all of it and comes to a verdict; lasts is how long rounds may begin, 0 = all of them are played.
func (a *act) run(ctx context.Context, rounds []Round, lasts time.Duration) {
	err := a.play(ctx, rounds, lasts)
	a.said.Drains = report.Drains(&a.said)
	if err == nil {
		a.recorded()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.said.Ended = time.Now()
	switch {
	case errors.Is(err, fault.ErrCannot) && len(a.said.Failures) == 0:
		a.said.Verdict, a.said.Why = report.Cannot, err.Error()
	case ctx.Err() != nil:
		a.said.Verdict, a.said.Why = report.Stopped, "interrupted"
	case err != nil:
		a.said.Failures = append(a.said.Failures, err.Error())
		fallthrough
	default:
		a.said.Verdict = report.Held
		if len(a.said.Failures) > 0 {
			a.said.Verdict = report.Failed
		}
	}
}

// fail notes what does not hold; what showed first comes first.
func (a *act) fail(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.said.Failures = append(a.said.Failures, fmt.Sprintf(format, args...))
	if a.said.Verdict == report.Held {
		a.said.Verdict = report.Failed
	}
}

// cannot notes what the machine turns out not to have.
func (a *act) cannot(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.impossible = errors.Join(a.impossible, err)
}

// possibly is that, nil as long as everything can be had.
func (a *act) possibly() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.impossible
}

func (a *act) failed() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.said.Failures) > 0
}

func (a *act) tell(format string, args ...any) {
	a.teller.Tell(a.drill.Name, fmt.Sprintf(format, args...))
}
