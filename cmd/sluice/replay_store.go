package main

import (
	"context"
	"fmt"

	"sluice/internal/replay"
)

// store is where the replay writes, when it is not in a data directory: the shadow's index
// names begin otherwise. An error says that it cannot be written to now.
func (r *replayer) store(ctx context.Context, job replay.Job) error {
	if r.site != nil {
		return nil
	}
	cfg, of := *r.cfg, r.cfg.chosen([]string{job.Pipeline})[0]
	if job.Shadow != "" {
		cfg.Index.Prefix = r.shadowPrefix(job)
		cfg.Key.Prefix += "shadow-" + job.Shadow + "-"
	}
	if job.Shadow != "" && of.kind == documents {
		if _, err := setupElastic(ctx, &cfg); err != nil {
			return fmt.Errorf("making the shadow: %w", err)
		}
	}
	var err error
	if r.site, err = clusterSite(&cfg, r.reg, r.log); err != nil {
		return err
	}
	r.closers = append(r.closers, func() error { return closeAll(r.site.closers) })
	if err := r.site.checkOf(ctx, of.kind); err != nil {
		return fmt.Errorf("looking for where to write: %w", err)
	}
	return nil
}

func (r *replayer) shadowPrefix(job replay.Job) string {
	return r.cfg.Index.Prefix + "shadow-" + job.Shadow + "-"
}
