package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sluice/internal/bench/proc"
	"sluice/internal/pause"
)

// kept is how a keeper worked off the backlog.
type kept struct {
	drained

	announced float64       // changes of level that its calls put into outboxes
	behind    time.Duration // from the last event settled to the last change published
	redis     float64       // the server's processor time, seconds per million events
}

// published is how far announcing is: what the store's calls announced, and what Kafka has acknowledged, in one process.
func (k *keeper) published(ctx context.Context) (announced, published float64, err error) {
	m, err := proc.Scrape(ctx, k.http, k.ops+"/metrics")
	if err != nil {
		return 0, 0, err
	}
	return m.Sum("sluice_levels_announced_total"), m.Sum("sluice_relay_published_seconds_count"), nil
}

// allPublished waits until everything announced is published.
func (k *keeper) allPublished(ctx context.Context) (announced float64, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, publishLimit, errors.New("waiting for what was announced to be published: "+publishLimit.String()+" passed"))
	defer cancel()
	for {
		announced, published, err := k.published(ctx)
		if err != nil {
			return 0, err
		}
		if published >= announced {
			return announced, nil
		}
		if err := pause.For(ctx, pollEvery); err != nil {
			return announced, fmt.Errorf("%.0f of %.0f changes of level are published: %w", published, announced, err)
		}
	}
}

const publishLimit = time.Minute

// keepAll starts a keeper on the backlog and waits until all is settled and published. Its groups are forgotten at the end when
// the next one is to begin anew.
func (o *orders) keepAll(ctx context.Context, name string, anew bool) (d kept, err error) {
	o.watch.Began(pipelineLevels + " drains the backlog (" + name + ")")
	before, err := o.redisCPU(ctx)
	if err != nil {
		return kept{}, err
	}
	k, err := o.keep(ctx, &o.backlog)
	if err != nil {
		return kept{}, err
	}
	defer o.leave(k, &o.backlog, anew, &err)
	begun, err := k.begun(ctx)
	if err != nil {
		return kept{}, err
	}
	profiled := o.profile(ctx, k.product, name, 3*time.Second)
	all := float64(o.cfg.Events)
	end, err := k.until(ctx, drainPoll, drainLimit, func(c counts) bool {
		o.watch.Progress(int64(c.settled), o.cfg.Events)
		return c.settled >= all
	})
	if err != nil {
		return kept{}, err
	}
	if d.announced, err = k.allPublished(ctx); err != nil {
		return kept{}, err
	}
	d.behind = time.Since(end.at)
	used, err := k.child.Usage()
	if err != nil {
		return kept{}, err
	}
	after, err := o.redisCPU(ctx)
	if err != nil {
		return kept{}, err
	}
	d.rate, d.cpu, d.peak = all/end.at.Sub(begun).Seconds(), used.CPU.Seconds()/all*1e6, mebibytes(used.Peak)
	d.redis = (after - before) / all * 1e6
	return d, <-profiled
}

// apply drains the backlog into an empty store.
func (o *orders) apply(ctx context.Context, name string) (kept, error) {
	if err := o.fill(ctx); err != nil {
		return kept{}, err
	}
	o.applied = false
	if err := errors.Join(o.forgetKeys(ctx, o.backlog.prefix), o.kafka.ForgetGroups(o.backlog.prefix)); err != nil {
		return kept{}, err
	}
	d, err := o.keepAll(ctx, name, false)
	o.applied = err == nil
	return d, err
}

// keptRuns are figures of several runs.
type keptRuns struct{ rates, cpus, peaks, redis []float64 }

func (r *keptRuns) add(d *kept) {
	r.rates, r.cpus = append(r.rates, d.rate), append(r.cpus, d.cpu)
	r.peaks, r.redis = append(r.peaks, d.peak), append(r.redis, d.redis)
}

func (r *keptRuns) costs(name string) []Line {
	return []Line{
		plain(name, "cpu, relay and jobs as well", median(r.cpus), unitCPU),
		plain(name, "cpu of Redis", median(r.redis), unitCPU),
		ceiling(name, "peak memory", median(r.peaks), unitBytes, barLevelsMemory),
	}
}

func measureLevels(ctx context.Context, o *orders, name string) error {
	l, err := o.bare(ctx)
	if err != nil {
		return err
	}
	var r keptRuns
	var announced, behind []float64
	for i := range o.cfg.Runs {
		d, err := o.apply(ctx, name+"-"+strconv.Itoa(i))
		if err != nil {
			return err
		}
		r.add(&d)
		announced, behind = append(announced, d.announced), append(behind, milliseconds(d.behind))
	}
	o.best[name] = median(r.rates)
	loader := rates(l.loader)
	o.add(beside(name, "rate", r.rates, loader, unitRate, "bare loader", barLevels))
	if median(loader) >= barLoaderRate {
		o.add(floor(name, "rate", median(r.rates), unitRate, barLevelsRate))
	}
	o.add(
		beside(name, "rate", r.rates, rates(l.one), unitRate, "a lock each, one by one", barOneLock),
		beside(name, "rate", r.rates, rates(l.many), unitRate, fmt.Sprintf("a lock each, %d at once", o.cfg.Clients), barManyLocks),
	)
	o.add(r.costs(name)...)
	o.add(plain(name, "changes of level", median(announced), ""), plain(name, "published after the end", median(behind), unitMS))
	return nil
}

// measureReplay reads everything once more that the store has already.
func measureReplay(ctx context.Context, o *orders, name string) error {
	l, err := o.bare(ctx)
	if err != nil {
		return err
	}
	if err := o.full(ctx, name); err != nil {
		return err
	}
	before, err := o.changes(&o.backlog)
	if err != nil {
		return err
	}
	if err := o.kafka.ForgetGroups(o.backlog.prefix + "sluice-" + pipelineLevels); err != nil {
		return err
	}
	var r keptRuns
	for i := range o.cfg.Runs {
		d, err := o.keepAll(ctx, name+"-"+strconv.Itoa(i), i+1 < o.cfg.Runs)
		if err != nil {
			return err
		}
		r.add(&d)
	}
	after, err := o.changes(&o.backlog)
	if err != nil {
		return err
	}
	again := beside(name, "rate", r.rates, rates(l.again), unitRate, "bare loader, the same again", 0)
	again.Pass = nil
	o.add(beside(name, "rate", r.rates, rates(l.loader), unitRate, "bare loader", barReplay), again)
	o.add(r.costs(name)...)
	o.add(ceiling(name, "changes published", float64(after-before), "", 0))
	return nil
}

// full sees to it that the store has all of the backlog, and that it is committed.
func (o *orders) full(ctx context.Context, name string) error {
	if o.applied {
		return nil
	}
	_, err := o.apply(ctx, name+"-before")
	return err
}
