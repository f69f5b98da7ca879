package drill

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"sluice/internal/drill/fault"
	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
	"sluice/internal/drill/watch"
	"sluice/internal/pause"
)

// round injects faults, each `after` the one before it, heals each `for` after its own injection, and waits for recovery:
// from the last healing on, whatever is still measured since an injection.
func (a *act) round(ctx context.Context, n int, faults []script.Fault) {
	said := make([]report.Injection, len(faults))
	previous := make(chan struct{})
	close(previous)
	var all, asides sync.WaitGroup
	for i := range faults {
		inForce, after := make(chan struct{}), previous
		said[i] = report.Injection{Round: n, Fault: faults[i].Kind, On: faults[i].On, Detail: detail(&faults[i])}
		all.Go(func() {
			<-after
			a.inject(ctx, &faults[i], &said[i], inForce, &asides)
		})
		previous = inForce
	}
	all.Wait()
	if ctx.Err() == nil && !a.failed() && a.possibly() == nil {
		a.recover(ctx, said)
	}
	asides.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.said.Injections = append(a.said.Injections, said...)
}

// inject does one fault and undoes it, whatever comes between; inForce is closed once it is in force, or never will be.
// What is measured from then on goes on among the asides.
func (a *act) inject(ctx context.Context, f *script.Fault, said *report.Injection, inForce chan<- struct{}, asides *sync.WaitGroup) {
	did := sync.OnceFunc(func() { close(inForce) })
	defer did()
	what := strings.TrimSpace(f.Kind + " on " + f.On)
	made, err := a.scene.Faults.Make(*f)
	if err == nil {
		err = pause.For(ctx, f.After)
	}
	if err != nil {
		a.trouble(ctx, "making %s: %v", what, err)
		return
	}
	a.remember(made)
	a.tell("round %d: %s", said.Round, what)
	a.scene.Watch.Look(ctx)
	said.Injecting = time.Now()
	err = within(ctx, a.cfg.Act, made.Inject)
	switch {
	case errors.Is(err, fault.ErrCannot):
		a.cannot(fmt.Errorf("injecting %s: %w", what, err))
	case err != nil:
		a.trouble(ctx, "injecting %s: %v", what, err)
	default:
		said.InForce = time.Now()
		a.scene.Watch.Note(what)
		did()
		a.aside(ctx, f, said, asides)
		pause.AtMost(ctx, f.For) // it is healed early when the campaign is interrupted
	}
	said.Healing = time.Now()
	if err := within(context.WithoutCancel(ctx), a.cfg.Act, made.Heal); err != nil {
		a.fail("healing %s: %v", what, err)
		return
	}
	said.Healed = time.Now()
	a.scene.Watch.Note("healed: " + what)
	if took, limit := said.Healed.Sub(said.Healing), a.drill.Expect.Searchable; took > limit && ownFault(f.On) {
		a.fail("healing %s: it was back after %s, not within %s", what, took.Round(time.Millisecond), limit)
	}
}

// ownFault says of whom a fault is done to whether it is sluice: how soon that is back is its own doing, and no server's.
func ownFault(on string) bool {
	return !slices.ContainsFunc([]string{"elastic", "kafka", "redis"}, func(server string) bool { return covers(server, on) })
}

// aside sees, from the injection on, whether records are consumed again, and whether clients are refused.
func (a *act) aside(ctx context.Context, f *script.Fault, said *report.Injection, asides *sync.WaitGroup) {
	if limit := a.drill.Expect.Consuming; limit > 0 {
		since := said.InForce
		asides.Go(func() {
			said.Consuming = a.timed(ctx, limit, "consuming after "+f.Kind, func(ctx context.Context) error { return a.guard.moved(ctx, since) })
		})
	}
	if limit := a.drill.Expect.Refuses; limit > 0 {
		asides.Go(func() { said.Refused = a.refused(ctx, limit, f.Kind) })
	}
}

// recover waits for the signs that all is well: a fresh ping is found, and every partition's commits move on.
func (a *act) recover(ctx context.Context, said []report.Injection) {
	var healed time.Time
	for i := range said {
		if said[i].Healed.After(healed) {
			healed = said[i].Healed
		}
	}
	a.tell("round %d: healed, probing", said[0].Round)
	limit := a.drill.Expect.Searchable
	found := a.timed(ctx, limit, "searchable after healing", func(ctx context.Context) error { return a.scene.Prober.Probe(ctx, a.load) })
	for i := range said {
		said[i].Searchable = found
	}
	if found.Met() {
		a.tell("round %d: found after %.1f s; waiting for every partition", said[0].Round, found.Seconds)
		a.timed(ctx, limit, "all pipelines after healing", func(ctx context.Context) error { return a.guard.moved(ctx, healed) })
	}
}

// timed measures how long something takes; it fails the drill when that is longer than it may.
func (a *act) timed(ctx context.Context, limit time.Duration, what string, wait func(context.Context) error) report.Recovery {
	began := time.Now()
	said := report.Recovery{Asked: true, Seconds: -1, Limit: limit.Seconds()}
	if err := within(ctx, limit, wait); err != nil {
		a.trouble(ctx, "%s: not within %s: %v", what, limit, err)
		return said
	}
	said.Seconds = time.Since(began).Seconds()
	return said
}

// trouble is a failure, unless it comes of the campaign's interruption.
func (a *act) trouble(ctx context.Context, format string, args ...any) {
	if ctx.Err() == nil {
		a.fail(format, args...)
	}
}

// remember keeps what a fault may tell at the end.
func (a *act) remember(f fault.Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.made = append(a.made, f)
}

// witnessed is what faults saw themselves.
func (a *act) witnessed() watch.Sums {
	sums := watch.Sums{}
	for _, f := range a.made {
		if w, ok := f.(fault.Witness); ok {
			sums = sums.With(w.Saw())
		}
	}
	return sums
}

// lost are the files of what faults took away for good.
func (a *act) lost() []string {
	var files []string
	for _, f := range a.made {
		if t, ok := f.(fault.Taker); ok && t.Lost() != "" {
			files = append(files, t.Lost())
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// detail is what else a fault was told.
func detail(f *script.Fault) string {
	var words []string
	if f.For > 0 {
		words = append(words, "for "+f.For.String())
	}
	for _, key := range slices.Sorted(maps.Keys(f.With)) {
		words = append(words, fmt.Sprintf("%s %s", key, f.With[key]))
	}
	return strings.Join(words, ", ")
}
