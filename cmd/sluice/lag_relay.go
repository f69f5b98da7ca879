package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"sluice/internal/datadir"
	"sluice/sinks/embedded"
	"sluice/sinks/redis"
)

// lagRelay is what waits to be published at a sample.
type lagRelay struct {
	outboxLag
	unknown error // why the store has not told
}

// relayWithin is how long the store of member levels may take to tell: beside an embedded installation there is no Redis.
const relayWithin = 2 * time.Second

// relay is where to look for what waits to be published. Its closer hangs up.
func (c *lagCmd) relay(cfg *config) (look func(ctx context.Context) (outboxLag, error), closer func() error, err error) {
	if c.Data != "" {
		if err := datadir.Check(c.Data); err != nil {
			return nil, nil, err
		}
		dir := filepath.Join(c.Data, levelsPart)
		return func(ctx context.Context) (outboxLag, error) {
			found, err := embedded.LookAtLevels(ctx, dir)
			return waitsIn(found, time.Now()), err
		}, func() error { return nil }, nil
	}
	by, err := cfg.rules()
	if err != nil {
		return nil, nil, err
	}
	store, err := redis.New(cfg.redis(by), nil)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context) (outboxLag, error) { return outboxLagOf(ctx, store, time.Now()) }, store.Close, nil
}

// waitsIn is what waits in a file of member levels.
func waitsIn(found embedded.LevelsLook, now time.Time) outboxLag {
	lag := outboxLag{waiting: found.Waiting}
	if found.Oldest > 0 {
		lag.oldest = max(now.Sub(time.UnixMilli(found.Oldest)), 0)
	}
	return lag
}

// tell says why nobody knows, and where else to look.
func (c *lagCmd) tell(p *process, r *lagRelay) {
	p.tell(nameData(fmt.Errorf("the row relay: %w", r.unknown), c.Data, dataBeside).Error())
}

// cells are the row of the table.
func (r *lagRelay) cells() []string {
	if r.unknown != nil {
		return []string{"relay", "-", "", "", "", "", "", "-", ""}
	}
	return []string{"relay", strconv.Itoa(r.waiting) + " waiting", "", "", "", "", "", age(r.oldest), ""}
}
