package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/internal/bench/bare"
	"sluice/internal/bench/crowd"
	"sluice/schemas"
)

// The pipelines of member levels.
const (
	pipelineLevels    = "order-levels"
	pipelinePurchases = "purchase-levels"
)

// ordersSpace is topics and keys of their own, and the crowd whose orders they hold.
type ordersSpace struct {
	space

	crowd *crowd.Crowd
}

func (o *orders) space(name string) ordersSpace {
	s := o.run.space(name)
	s.env = append(s.env,
		"SLUICE_REDIS_ADDRS="+o.cfg.Redis, "SLUICE_KEY_PREFIX="+s.prefix,
		"SLUICE_ELASTIC_URLS="+nobody, "SLUICE_CHECK=false", // no order index: it is another pipeline's work
	)
	return ordersSpace{space: s}
}

// nobody is a URL at which nobody listens.
const nobody = "http://127.0.0.1:9"

// prepare makes the topics of a space.
func (o *orders) prepare(ctx context.Context, s *ordersSpace) (err error) {
	if s.crowd, err = o.crowd(); err != nil {
		return err
	}
	wide := []string{schemas.TopicOrders, schemas.TopicPurchases, schemas.TopicLevels, schemas.TopicCoupons}
	for _, topic := range wide {
		if err := o.kafka.CreateTopic(ctx, s.prefix+topic, int32(o.cfg.Partitions)); err != nil {
			return err
		}
	}
	narrow := []string{
		schemas.TopicTicks, schemas.TopicEpochs, schemas.TopicRules,
		schemas.DeadTopic(pipelineLevels), schemas.DeadTopic(pipelinePurchases),
	}
	for _, topic := range narrow {
		if err := o.kafka.CreateTopic(ctx, s.prefix+topic, 1); err != nil {
			return err
		}
	}
	return nil
}

// fill makes the backlog, once.
func (o *orders) fill(ctx context.Context) error {
	if o.filled {
		return nil
	}
	if err := o.prepare(ctx, &o.backlog); err != nil {
		return err
	}
	o.watch.Began(fmt.Sprintf("filling a topic with %d order events", o.cfg.Events))
	if err := o.pour(ctx, o.kafka, o.backlog.prefix+schemas.TopicOrders, o.cfg.Partitions, o.backlog.crowd); err != nil {
		return err
	}
	o.filled = true
	return nil
}

// pour writes the events of a crowd from the first on.
func (o *orders) pour(ctx context.Context, to *bare.Cluster, topic string, partitions int, from *crowd.Crowd) error {
	next := make([]int64, partitions) // each partition's own
	_, err := to.Pour(ctx, bare.PourConfig{
		Topic: topic, Partitions: partitions, Told: func(n int64) { o.watch.Progress(n, o.cfg.Events) },
		Next: func(part int, into *bare.Batch) bool {
			n := from.Of(part, next[part])
			if n >= o.cfg.Events {
				return false
			}
			next[part]++
			into.Add(
				func(dst []byte) []byte { return from.Key(dst, n) },
				func(dst []byte) []byte { return from.Order(dst, n, time.Now().UnixMilli()) },
			)
			return true
		},
	})
	if err != nil {
		return fmt.Errorf("filling a topic: %w", err)
	}
	return nil
}

// keeper is the process that keeps member levels: both of their pipelines, the relay, the jobs, and the answers.
type keeper struct {
	*product

	public string // URL of the answers
}

// keep starts one on a space.
func (o *orders) keep(ctx context.Context, s *ordersSpace) (*keeper, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p, err := o.start(ctx, "pipelines,jobs,query", pipelineLevels+","+pipelinePurchases, s.with("SLUICE_HTTP_LISTEN="+address))
	if err != nil {
		return nil, err
	}
	p.pipeline = pipelineLevels
	return &keeper{product: p, public: "http://" + address}, nil
}

// leave stops a keeper, which commits what it has settled, and forgets how far it was when the next is to begin anew.
func (o *orders) leave(k *keeper, s *ordersSpace, anew bool, err *error) {
	k.end(err)
	if anew {
		*err = errors.Join(*err, o.kafka.ForgetGroups(s.prefix+"sluice-"+pipelineLevels))
	}
}
