package bench

import (
	"context"
	"fmt"
	"time"
)

const (
	rewindSample = 200 // members that are read
	rewindLimit  = 2 * time.Minute
)

// measureRewind removes all that the store has while its keeper runs, and waits until members are read right again.
func measureRewind(ctx context.Context, o *orders, name string) (err error) {
	if err := o.full(ctx, name); err != nil {
		return err
	}
	o.applied = false // should this fail, nobody knows what is there
	heard, err := o.listen(ctx, &o.backlog)
	if err != nil {
		return err
	}
	defer heard.end(&err)
	k, err := o.keep(ctx, &o.backlog)
	if err != nil {
		return err
	}
	defer o.leave(k, &o.backlog, false, &err)
	r := &reading{http: o.http, url: k.public, members: o.backlog.crowd.Members(o.cfg.Events, rewindSample)}
	if err := r.until(ctx, readyLimit); err != nil {
		return fmt.Errorf("before anything is lost: %w", err)
	}
	r.wrong = 0 // until here the process was starting
	o.watch.Began("the store is flushed, and made again from the topic")
	if err := o.forgetKeys(ctx, o.backlog.prefix); err != nil {
		return err
	}
	lost := time.Now()
	profiled := o.profile(ctx, k.product, name, 5*time.Second)
	if err := r.until(ctx, rewindLimit); err != nil {
		return err
	}
	took := time.Since(lost)
	if _, err := k.allPublished(ctx); err != nil {
		return err
	}
	used, err := k.child.Usage()
	if err != nil {
		return err
	}
	if err := o.allHeard(ctx, &o.backlog, heard); err != nil {
		return err
	}
	o.applied = true
	at := grouped(o.cfg.Events) + " events"
	o.add(
		ceiling(name, "until reads are right", took.Seconds(), unitSec, barRewind).noted(at),
		ceiling(name, "reads wrong meanwhile", float64(r.wrong), "", 0).noted(fmt.Sprintf("%d refused", r.refused)),
		ceiling(name, "announced twice as one", float64(heard.twice()), "", 0).noted(fmt.Sprintf("of %d", heard.count())),
		plain(name, "cpu", used.CPU.Seconds()/float64(o.cfg.Events)*1e6, unitCPU),
		ceiling(name, "peak memory", mebibytes(used.Peak), unitBytes, barLevelsMemory),
	)
	return <-profiled
}
