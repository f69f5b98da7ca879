package main

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// pingsFamily begins the names of history's day indices.
const pingsFamily = "pings-"

// retainEvery is how often old days are looked for: a new day's index has to be told of its policy too.
const retainEvery = time.Hour

// retention drops days of history that are older than is kept.
type retention struct {
	retain   func(ctx context.Context, family string, keepDays int, now time.Time) (dropped []string, err error)
	family   string
	keepDays int
	log      *zap.Logger
}

// run looks now and every hour. A failure is reported and tried again the next hour.
func (r *retention) run(ctx context.Context) error {
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		r.once(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (r *retention) once(ctx context.Context) {
	dropped, err := r.retain(ctx, r.family, r.keepDays, time.Now())
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.log.Error("dropping old days failed, next try in an hour", zap.String("family", r.family), zap.Error(err))
	case len(dropped) > 0:
		r.log.Info("dropped old days", zap.Strings("days", dropped), zap.Int("keepDays", r.keepDays))
	}
}
