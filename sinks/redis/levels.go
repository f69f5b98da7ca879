package redis

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	goredis "github.com/redis/go-redis/v9"

	"sluice/pipelines"
	"sluice/schemas"
)

// Levels is the state of members in Redis: their orders by month, their memberships, the level announced, what is to be
// published, timers, and how far of each partition that is. It is used from many goroutines at once.
type Levels struct {
	cfg     Config
	keys    schemas.RedisKeys
	buckets []bucketKeys
	client  goredis.UniversalClient
	scripts *scripts
	rules   ruleArgs
	obs     Observer
	drafts  sync.Pool   // of *draft
	settled atomic.Bool // the layout was looked at and is ours

	mu    sync.Mutex
	lanes map[pipelines.Partition]*lane
}

var _ pipelines.Sink = (*Levels)(nil)

// bucketKeys are the keys that scripts are given, as they are needed.
type bucketKeys struct {
	schemas.BucketKeys
	head, watermarks, recovering, members, outbox, due, raised, couponsDue string
}

// New makes the store; it does not dial. Close it. obs may be nil.
func New(cfg Config, obs Observer) (*Levels, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	keys, err := schemas.NewRedisKeys(cfg.KeyPrefix)
	if err != nil {
		return nil, err
	}
	all, err := newScripts()
	if err != nil {
		return nil, err
	}
	client, err := newClient(&cfg)
	if err != nil {
		return nil, err
	}
	l := &Levels{cfg: cfg, keys: keys, client: client, scripts: all, rules: newRuleArgs(&cfg), obs: obs, lanes: map[pipelines.Partition]*lane{}}
	l.drafts.New = func() any { return newDraft(l) }
	for n := range cfg.Buckets {
		b := keys.Bucket(n)
		l.buckets = append(l.buckets, bucketKeys{
			BucketKeys: b, head: b.Head(), watermarks: b.Watermarks(), recovering: b.Recovering(), members: b.Members(),
			outbox: b.Outbox(), due: b.Due(), raised: b.Raised(), couponsDue: b.CouponsDue(),
		})
	}
	return l, nil
}

// Close ends the connections.
func (l *Levels) Close() error {
	if err := l.client.Close(); err != nil {
		return fmt.Errorf("closing the connections to Redis: %w", err)
	}
	return nil
}

// Buckets is how many parts the members are in, numbered from 0.
func (l *Levels) Buckets() int { return len(l.buckets) }

// bucket is where a member is.
func (l *Levels) bucket(member []byte) int { return schemas.Bucket(member, len(l.buckets)) }

// Ready returns nil when every server that takes writes answers.
func (l *Levels) Ready(ctx context.Context) error {
	err := eachPrimary(ctx, l.client, func(ctx context.Context, primary goredis.Cmdable) error { return primary.Ping(ctx).Err() })
	if err != nil {
		return fmt.Errorf("asking whether Redis is ready: %w", failed(ctx, err))
	}
	return nil
}

// call runs one script on a bucket, and returns its answer behind the word OK.
func (l *Levels) call(ctx context.Context, s script, keys []string, args ...any) ([]any, error) {
	if err := l.layout(ctx); err != nil {
		return nil, err
	}
	call := make([]any, 0, 3+len(keys)+len(args))
	call = append(call, "evalsha", s.sha, len(keys))
	for _, key := range keys {
		call = append(call, key)
	}
	replies, errs := l.run(ctx, [][]any{append(call, args...)})
	if errs[0] != nil {
		return nil, failed(ctx, errs[0])
	}
	return answer(replies[0])
}

// answer is what a script said behind the word OK; another word is its error.
func answer(reply any) ([]any, error) {
	parts, ok := reply.([]any)
	if !ok || len(parts) == 0 {
		return nil, errAnswer
	}
	word, ok := parts[0].(string)
	if !ok {
		return nil, errAnswer
	}
	return parts[1:], refusal(word)
}
