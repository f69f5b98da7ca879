package bench

import (
	"context"
	"time"

	"sluice/internal/resp"
)

// redisTakes bounds one call of the bench's own: to forget some hundred thousand keys is the longest.
const redisTakes = 30 * time.Second

// forgetKeys removes the keys that begin with a prefix.
func (o *orders) forgetKeys(ctx context.Context, prefix string) error {
	return resp.Forget(ctx, o.cfg.Redis, prefix, redisTakes)
}

// redisVersion is what the server calls itself.
func (o *orders) redisVersion(ctx context.Context) (string, error) {
	found, err := resp.Fields(ctx, o.cfg.Redis, redisTakes, "server", "redis_version")
	return found["redis_version"], err
}

// redisCPU is the processor time that the server has used since its start, seconds.
func (o *orders) redisCPU(ctx context.Context) (float64, error) {
	return resp.CPU(ctx, o.cfg.Redis, redisTakes)
}
