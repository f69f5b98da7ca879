package bench

import (
	"context"
	"fmt"
	"strconv"
)

// limits are what a Redis does with the same orders by others' hands, a value for each run.
type limits struct {
	loader, again []Loading
	one, many     []Baseline // locks
}

// Loading is what the bare loader prints: the calls of a sink, sent again by plain connections.
type Loading struct {
	Baseline

	Stored    int64   `json:"stored"` // events that changed something
	Announced int64   `json:"announced"`
	Server    float64 `json:"serverSeconds"` // processor time of Redis
}

// Loadings are two of them: of events that are new, and of the same once more.
type Loadings struct {
	Fresh Loading `json:"fresh"`
	Again Loading `json:"again"`
}

func rates[T interface{ Rate() float64 }](of []T) []float64 {
	var all []float64
	for _, one := range of {
		all = append(all, one.Rate())
	}
	return all
}

// bare measures the limits, once in a run.
func (o *orders) bare(ctx context.Context) (*limits, error) {
	if o.limits != nil {
		return o.limits, nil
	}
	var l limits
	for i := range o.cfg.Runs {
		both, err := o.loader(ctx, i)
		if err != nil {
			return nil, err
		}
		l.loader, l.again = append(l.loader, both.Fresh), append(l.again, both.Again)
		one, err := o.locks(ctx, 1)
		if err != nil {
			return nil, err
		}
		many, err := o.locks(ctx, o.cfg.Clients)
		if err != nil {
			return nil, err
		}
		l.one, l.many = append(l.one, one), append(l.many, many)
	}
	o.limits = &l
	return o.limits, nil
}

func (o *orders) loader(ctx context.Context, i int) (Loadings, error) {
	o.watch.Began("a bare loader sends calls of the script")
	var both Loadings
	err := o.child(ctx, &both, "calls", "--redis", o.cfg.Redis, "--prefix", fmt.Sprintf("%sloader-%d-", o.cfg.Prefix, i),
		"--events", strconv.FormatInt(o.cfg.Events, 10), "--members", strconv.Itoa(o.cfg.Members))
	if err == nil {
		err = o.forgetKeys(ctx, o.cfg.Prefix+"loader-")
	}
	return both, err
}

func (o *orders) locks(ctx context.Context, clients int) (Baseline, error) {
	o.watch.Began(fmt.Sprintf("a lock per message, %d at once", clients))
	orders := o.cfg.Locks
	if clients > 1 {
		orders *= 4 // many are that much faster
	}
	var result Baseline
	err := o.child(ctx, &result, "locks", "--redis", o.cfg.Redis, "--prefix", fmt.Sprintf("%slocks-%d-", o.cfg.Prefix, clients),
		"--events", strconv.Itoa(orders), "--members", strconv.Itoa(o.cfg.Members), "--clients", strconv.Itoa(clients))
	if err == nil {
		err = o.forgetKeys(ctx, o.cfg.Prefix+"locks-")
	}
	return result, err
}

func measureLoader(ctx context.Context, o *orders, name string) error {
	l, err := o.bare(ctx)
	if err != nil {
		return err
	}
	for _, pass := range []struct {
		what string
		of   []Loading
	}{{"new events", l.loader}, {"the same again", l.again}} {
		var own, server []float64
		for _, one := range pass.of {
			own, server = append(own, one.CPU.Seconds()/float64(one.Records)*1e6), append(server, one.Server/float64(one.Records)*1e6)
		}
		o.add(
			plain(name, pass.what, median(rates(pass.of)), unitRate).noted("256 events a call"),
			plain(name, "own cpu", median(own), unitCPU),
			plain(name, "cpu of Redis", median(server), unitCPU),
		)
	}
	return nil
}

func measureLocks(ctx context.Context, o *orders, name string) error {
	l, err := o.bare(ctx)
	if err != nil {
		return err
	}
	for _, clients := range []struct {
		n  int
		of []Baseline
	}{{1, l.one}, {o.cfg.Clients, l.many}} {
		var cpus, peaks []float64
		for _, one := range clients.of {
			cpus, peaks = append(cpus, one.CPU.Seconds()/float64(one.Records)*1e6), append(peaks, mebibytes(one.Peak))
		}
		o.add(
			plain(name, fmt.Sprintf("%d at once", clients.n), median(rates(clients.of)), unitRate),
			plain(name, "own cpu", median(cpus), unitCPU),
			plain(name, "peak memory", median(peaks), unitBytes),
		)
	}
	return nil
}
