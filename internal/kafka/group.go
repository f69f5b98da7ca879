package kafka

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
	"sluice/pipelines"
)

// GroupObserver is told what goes wrong in a group; it must not block.
type GroupObserver interface {
	// GroupFailed reports a failure after which the group carries on by itself.
	GroupFailed(err error)
	// GroupGap reports offsets from (inclusive) to to (exclusive) that are not there, and why.
	// retention: they were gone before they were read, which goes on behind them. cut: the
	// log had them, and a leader was elected that did not; what stands there now is read. made_anew: the
	// topic is another of the same name; to is how far the one before was read, and from
	// where this one's records begin, from which it is read.
	GroupGap(part pipelines.Partition, from, to int64, why string)
	// GroupSkipped reports records that are there and cannot be read, now or later, and that were
	// passed over: offsets from (inclusive) to to (exclusive). reason is corrupt,
	// unpacks_too_large or larger_than_fetch.
	GroupSkipped(part pipelines.Partition, from, to int64, reason string, err error)
}

// Group shares a topic's partitions with the other processes of the same group id, by
// cooperative rebalancing: partitions that stay are not disturbed when others move.
type Group struct {
	cfg   Config
	group GroupConfig
	id    string
	topic string
	obs   GroupObserver
	entry entry
}

var _ pipelines.Group = (*Group)(nil)

// NewGroup checks the settings; it does not dial. The topic is named without prefix.
func NewGroup(cfg Config, groupID, topic string, group GroupConfig, obs GroupObserver) (*Group, error) {
	group = group.withDefaults()
	errs := []error{cfg.Validate(), group.validate()}
	if groupID == "" {
		errs = append(errs, errors.New("kafka: group: an id is required"))
	}
	if topic == "" {
		errs = append(errs, errors.New("kafka: group: a topic is required"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Group{cfg: cfg.withDefaults(), group: group, id: groupID, topic: topic, obs: obs}, nil
}

// Run joins and serves until ctx ends, then waits for the lanes, leaves the group and
// returns nil. Failures of the brokers or of a rebalance are reported and retried for
// ever; Run returns an error only when serve does, or when no retry can help (settings
// that contradict the cluster, an instance id that two processes use). A serve that
// returns nil of its own accord is started again.
func (g *Group) Run(ctx context.Context, serve pipelines.Serve) error {
	g.entry.begin()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	m, err := g.join(ctx, fail, serve)
	if err != nil {
		return err
	}
	reported := make(chan struct{})
	go func() {
		defer close(reported)
		for err := range m.group.Errors() {
			g.obs.GroupFailed(err)
		}
	}()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		m.claims.watch(ctx)
	}()
	// The membership outlives the stop until the lanes have drained. A rebalance that is under
	// way then goes on, and with it comes the generation that the last commits have to carry.
	membership, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	done := make(chan error, 1)
	go func() { done <- g.consume(ctx, membership, m) }()
	err = m.settle(ctx, done, leave)
	fail(nil)
	<-watched
	if closing := m.close(); closing != nil {
		g.obs.GroupFailed(fmt.Errorf("leaving group: %w", closing))
	}
	<-reported
	return err
}

// consume stays in the group, session after session: the last one until membership ends.
func (g *Group) consume(ctx, membership context.Context, m *member) error {
	for failures := 0; ctx.Err() == nil; {
		began := time.Now()
		err := m.group.Consume(membership, []string{g.cfg.topic(g.topic)}, m.claims)
		if cause := m.claims.failure(); cause != nil {
			return cause
		}
		if ctx.Err() != nil {
			break
		}
		if fatal(err) {
			return fmt.Errorf("joining group %s: %w", g.id, err)
		}
		if err == nil {
			err = errors.New("the session ended")
		}
		g.obs.GroupFailed(fmt.Errorf("staying in group %s: %w", g.id, err))
		if time.Since(began) > g.group.RetryMax {
			failures = 0
		}
		pause.AtMost(ctx, backoff(g.group.RetryBase, g.group.RetryMax, failures))
		failures++
	}
	return m.claims.failure()
}

// fatal says whether trying again cannot help.
func fatal(err error) bool {
	var wrong sarama.ConfigurationError
	return errors.As(err, &wrong) || errors.Is(err, sarama.ErrFencedInstancedId)
}

// backoff is the wait after so many failures in a row: doubled each time, half of it by chance.
func backoff(base, longest time.Duration, failures int) time.Duration {
	wait := min(base<<min(failures, 20), longest)
	return wait/2 + rand.N(wait/2+1)
}
