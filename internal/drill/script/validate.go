package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The limits of a drill: what is beyond them is a slip of the pen.
const (
	maxFaults    = 20
	maxCatalogue = 36
	maxPipelines = 4
	maxRate      = 100_000
	maxJobs      = 4
	maxDrivers   = 1_000_000
	maxMembers   = 1_000_000
	maxOver      = 365 * day
	maxShuffle   = time.Minute
	maxHeld      = time.Hour
)

// Validate says all that is wrong, each with its key.
func (d *Drill) Validate() error { return errors.Join(d.complain()...) }

func (d *Drill) complain() []error {
	var errs []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	wrong(!regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,40}$`).MatchString(d.Name), "the name %q: want small letters, digits and -, 41 at most", d.Name)
	wrong(d.About == "" || strings.Contains(d.About, "\n"), "about: want one sentence")
	wrong(len(d.Catalogue) == 0, "catalogue: is missing")
	for _, n := range d.Catalogue {
		wrong(n < 1 || n > maxCatalogue, "catalogue: %d is not from 1 to %d", n, maxCatalogue)
	}
	wrong(d.Long && (d.Short || d.Random), "long: a long drill is neither short nor random")
	wrong(d.Random && d.Run.demands(), "random: a drill that asks for a special run cannot be drawn into another's")
	wrong(d.Random && len(d.Expect.Breaks) > 0, "random: a drill that breaks an assertion cannot share another's ledger")
	wrong(d.Random && d.Load.OfOrders(), "random: a load of orders has a ledger of its own: it cannot be drawn into another's")
	wrong(d.Run.Jobs < 0 || d.Run.Jobs > maxJobs, "run.jobs: %d is not from 0 to %d", d.Run.Jobs, maxJobs)
	wrong(d.Run.Pipelines < 1 || d.Run.Pipelines > maxPipelines, "run.pipelines: %d is not from 1 to %d", d.Run.Pipelines, maxPipelines)
	for key := range d.Run.Env {
		wrong(!strings.HasPrefix(key, "SLUICE_") && !strings.HasPrefix(key, "GO"), "run.env: %q is neither SLUICE_… nor GO…", key)
	}
	wrong(len(d.Faults) == 0, "faults: are missing")
	wrong(len(d.Faults) > maxFaults, "faults: %d are over %d", len(d.Faults), maxFaults)
	for i := range d.Faults {
		for _, err := range d.Faults[i].complain() {
			errs = append(errs, fmt.Errorf("faults[%d].%w", i, err))
		}
	}
	return append(append(errs, d.Load.complain()...), d.Expect.complain()...)
}

func (r *Run) demands() bool {
	return len(r.Env) > 0 || r.ElasticDisk > 0 || r.Failpoints || r.Jobs > 0 || r.Redis != Single
}

func (l *Load) complain() []error {
	var errs []error
	if !(l.Rate > 0 && l.Rate <= maxRate) {
		errs = append(errs, fmt.Errorf("load.rate: %g is not above 0 and at most %d", l.Rate, maxRate))
	}
	if l.Drivers < 1 || l.Drivers > maxDrivers {
		errs = append(errs, fmt.Errorf("load.drivers: %d is not from 1 to %d", l.Drivers, maxDrivers))
	}
	for _, s := range []struct {
		key string
		of  Share
	}{
		{"late", l.Late},
		{"double", l.Double},
		{"disorder", l.Disorder},
		{"ahead", l.Ahead},
		{"poison", l.Poison},
		{"orders.void", l.Orders.Void},
		{"orders.purchase", l.Orders.Purchase},
	} {
		if s.of > 0.5 {
			errs = append(errs, fmt.Errorf("load.%s: %g is more than half", s.key, float64(s.of)))
		}
	}
	return append(errs, l.Orders.complain()...)
}

func (o *Orders) complain() []error {
	var errs []error
	if o.Members < 0 || o.Members > maxMembers {
		errs = append(errs, fmt.Errorf("load.orders.members: %d is not from 0 to %d", o.Members, maxMembers))
	}
	if o.Over < time.Minute || o.Over > maxOver {
		errs = append(errs, fmt.Errorf("load.orders.over: %s is not from a minute to %s", o.Over, maxOver))
	}
	if o.Shuffle < 0 || o.Shuffle > maxShuffle {
		errs = append(errs, fmt.Errorf("load.orders.shuffle: %s is not from 0 to %s", o.Shuffle, maxShuffle))
	}
	return errs
}

func (f *Fault) complain() []error {
	var errs []error
	if f.Kind == "" {
		errs = append(errs, errors.New("fault: is missing"))
	}
	if f.After < 0 || f.After > maxHeld {
		errs = append(errs, fmt.Errorf("after: %s is not from 0 to %s", f.After, maxHeld))
	}
	if f.For < 0 || f.For > maxHeld {
		errs = append(errs, fmt.Errorf("for: %s is not from 0 to %s", f.For, maxHeld))
	}
	return errs
}

func (e *Expect) complain() []error {
	var errs []error
	all := slices.Compact(slices.Sorted(slices.Values(append(ofPings(), ofOrders()...))))
	for key, of := range map[string]map[string]string{"na": e.NA, "breaks": e.Breaks} {
		for id, why := range of {
			if !slices.Contains(all, id) {
				errs = append(errs, fmt.Errorf("expect.%s: %q is none of %s", key, id, strings.Join(all, ", ")))
			}
			if why == "" {
				errs = append(errs, fmt.Errorf("expect.%s.%s: say why", key, id))
			}
		}
	}
	if e.Searchable <= 0 || e.Searchable > maxHeld {
		errs = append(errs, fmt.Errorf("expect.searchable: %s is not above 0 and at most %s", e.Searchable, maxHeld))
	}
	for key, limit := range map[string]time.Duration{"consuming": e.Consuming, "refuses": e.Refuses} {
		if limit < 0 || limit > maxHeld {
			errs = append(errs, fmt.Errorf("expect.%s: %s is not from 0 to %s", key, limit, maxHeld))
		}
	}
	if e.Flat > 1 {
		errs = append(errs, fmt.Errorf("expect.flat: %g is more than all", float64(e.Flat)))
	}
	return errs
}
