package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"

	"sluice/pipelines"
)

// member is one membership of a group with all its connections: one line looks things up,
// one speaks for the membership (join, heartbeat, leave), one commits, and each
// partition is fetched on its own. Kafka answers a connection's requests in turn, so on a
// single line all would wait for a JoinGroup, which lasts as long as the slowest member
// takes, and every heartbeat and commit would wait for a long poll.
type member struct {
	lookup  sarama.Client
	control sarama.Client
	cut     *cutter
	group   sarama.ConsumerGroup
	claims  *claims
}

// severAfter is how long a stop waits for a pending JoinGroup once no lane is left.
const severAfter = 500 * time.Millisecond

func (g *Group) join(ctx context.Context, fail context.CancelCauseFunc, serve pipelines.Serve) (*member, error) {
	strategy, err := newStrategy()
	if err != nil {
		return nil, err
	}
	m := &member{cut: &cutter{timeout: g.cfg.DialTimeout}}
	if m.lookup, err = g.dial(strategy, func(*sarama.Config) {}); err != nil {
		return nil, err
	}
	m.control, err = g.dial(strategy, func(conf *sarama.Config) {
		// A JoinGroup is answered when the slowest member has come back.
		conf.Net.ReadTimeout = g.group.RebalanceTimeout + g.cfg.RequestTimeout
		conf.Net.Proxy.Enable = true
		conf.Net.Proxy.Dialer = m.cut
	})
	if err != nil {
		return nil, errors.Join(err, m.lookup.Close())
	}
	m.group, err = sarama.NewConsumerGroupFromClient(g.id, split{Client: m.lookup, control: m.control})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("making the group: %w", err), m.lookup.Close(), m.control.Close())
	}
	m.claims = &claims{
		group: g, ctx: ctx, fail: fail, serve: serve, client: m.lookup, pauser: m.group,
		offsets: newOffsets(m.lookup, g.id, g.group.InstanceID), lanes: make(map[int32]*lane), left: make(map[int32]commit), cuts: make(map[int32]int64),
	}
	strategy.assigned = m.claims.assigned
	return m, nil
}

func (g *Group) dial(strategy sarama.BalanceStrategy, tune func(*sarama.Config)) (sarama.Client, error) {
	conf, err := g.cfg.client()
	if err != nil {
		return nil, err
	}
	g.group.apply(conf, strategy)
	tune(conf)
	client, err := sarama.NewClient(g.cfg.Brokers, conf)
	if err != nil {
		return nil, fmt.Errorf("making the group's client: %w", g.cfg.unreached(err))
	}
	return client, nil
}

// settle waits until consume has returned. On a stop it first waits for the lanes, whose
// drain is theirs to bound, then ends the membership, and cuts its connections if a JoinGroup,
// which knows no context, still holds consume.
func (m *member) settle(ctx context.Context, done <-chan error, leave context.CancelFunc) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	m.claims.wait()
	leave()
	late := time.NewTimer(severAfter)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
		m.cut.sever()
		return <-done
	}
}

// close leaves the group (a static member stays in it until its session ends) and hangs up.
func (m *member) close() error {
	return errors.Join(m.group.Close(), m.claims.offsets.close(), m.lookup.Close(), m.control.Close())
}

// split is the client that looks things up, except that the coordinator is spoken to on another line.
type split struct {
	sarama.Client
	control sarama.Client
}

// Coordinator is the group's coordinator, on the control line. One that cannot be reached is
// looked for again: the client would dial a dead broker for as long as it is dead, although
// another has taken its groups over.
func (s split) Coordinator(group string) (*sarama.Broker, error) {
	coordinator, err := s.control.Coordinator(group)
	if err != nil {
		return nil, err
	}
	if connected, err := coordinator.Connected(); connected && err == nil {
		return coordinator, nil
	}
	if err := s.control.RefreshCoordinator(group); err != nil {
		return nil, err
	}
	return s.control.Coordinator(group)
}

// RefreshCoordinator looks the coordinator up again.
func (s split) RefreshCoordinator(group string) error { return s.control.RefreshCoordinator(group) }
