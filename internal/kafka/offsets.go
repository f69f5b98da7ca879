package kafka

import (
	"errors"
	"fmt"
	"sync"

	"github.com/IBM/sarama"
)

// offsets commits and reads a group's offsets on its own connection to the coordinator.
//
// sarama's own commit is not used: it commits all partitions at once, swallows some
// answers (a coordinator that moved, or is loading) and tells of others on a
// channel, later. Here each commit has its answer. Every commit carries the member's
// generation, so the coordinator itself refuses one that comes after the partition went.
type offsets struct {
	client   sarama.Client
	group    string
	instance *string

	mu     sync.Mutex
	conn   *sarama.Broker
	closed bool
}

func newOffsets(client sarama.Client, group, instance string) *offsets {
	o := &offsets{client: client, group: group}
	if instance != "" {
		o.instance = &instance
	}
	return o
}

// noTimestamp leaves the commit's time to the broker.
const noTimestamp = 0

// commit puts one partition's offset, as that member of that generation.
func (o *offsets) commit(member string, generation int32, topic string, partition int32, put commit) error {
	request := &sarama.OffsetCommitRequest{
		Version: 8, ConsumerGroup: o.group, ConsumerID: member, ConsumerGroupGeneration: generation, GroupInstanceId: o.instance,
	}
	request.AddBlockWithLeaderEpoch(topic, partition, put.next, put.epoch, noTimestamp, put.note)
	conn, err := o.connect()
	if err != nil {
		return err
	}
	answer, err := conn.CommitOffset(request)
	if err != nil {
		return errors.Join(err, o.lose(conn))
	}
	said, ok := answer.Errors[topic][partition]
	if !ok {
		return sarama.ErrIncompleteResponse
	}
	return o.heed(conn, said)
}

const unknownEpoch = -1

// committed is the partition's commit.
func (o *offsets) committed(topic string, partition int32) (commit, error) {
	conn, err := o.connect()
	if err != nil {
		return commit{}, err
	}
	request := sarama.NewOffsetFetchRequest(o.client.Config().Version, o.group, map[string][]int32{topic: {partition}})
	answer, err := conn.FetchOffset(request)
	if err != nil {
		return commit{}, errors.Join(err, o.lose(conn))
	}
	block := answer.GetBlock(topic, partition)
	if block == nil {
		return commit{}, errors.Join(sarama.ErrIncompleteResponse, o.heed(conn, answer.Err))
	}
	return commit{next: block.Offset, epoch: block.LeaderEpoch, note: block.Metadata}, o.heed(conn, block.Err)
}

// heed makes an error of a broker's code, and looks for the coordinator again when it has moved.
func (o *offsets) heed(conn *sarama.Broker, code sarama.KError) error {
	switch code {
	case sarama.ErrNoError:
		return nil
	case sarama.ErrNotCoordinatorForConsumer, sarama.ErrConsumerCoordinatorNotAvailable:
		return errors.Join(code, o.lose(conn))
	default:
		return code
	}
}

// connect opens the connection, or gives the one that is open.
func (o *offsets) connect() (*sarama.Broker, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil, errors.New("the group is closed")
	}
	if o.conn != nil {
		return o.conn, nil
	}
	coordinator, err := o.client.Coordinator(o.group)
	if err != nil {
		return nil, fmt.Errorf("finding the coordinator: %w", err)
	}
	conn := sarama.NewBroker(coordinator.Addr())
	if err := conn.Open(o.client.Config()); err != nil {
		return nil, fmt.Errorf("connecting to the coordinator: %w", err)
	}
	o.conn = conn
	return conn, nil
}

// hangUp closes a connection that failed.
func (o *offsets) hangUp(conn *sarama.Broker) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.conn == conn {
		o.conn = nil
	}
	if err := conn.Close(); err != nil && !errors.Is(err, sarama.ErrNotConnected) {
		return err
	}
	return nil
}

// lose hangs up on a coordinator that does not answer, or has moved, and looks for it again: as
// long as a broker is dead nothing else says that another has taken its groups over.
func (o *offsets) lose(conn *sarama.Broker) error {
	return errors.Join(o.hangUp(conn), o.client.RefreshCoordinator(o.group))
}

// close hangs up for good: an attempt that its caller left behind does not dial again.
func (o *offsets) close() error {
	o.mu.Lock()
	conn := o.conn
	o.closed = true
	o.mu.Unlock()
	if conn == nil {
		return nil
	}
	return o.hangUp(conn)
}
