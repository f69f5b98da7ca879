package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"

	"sluice/internal/pause"
)

// Numbers gives out numbers that only grow, and each of them once, whoever asks: they are the offsets of
// records in a topic of one partition. They last as the topic does, whose records need not be kept.
type Numbers struct {
	admin *Admin
	topic string
}

// NewNumbers checks the settings; it does not dial. Close it after the last call.
func NewNumbers(cfg Config, topic string) (*Numbers, error) {
	if topic == "" {
		return nil, errors.New("kafka: numbers: a topic is required")
	}
	admin, err := NewAdmin(cfg)
	if err != nil {
		return nil, err
	}
	return &Numbers{admin: admin, topic: topic}, nil
}

// Close hangs up.
func (n *Numbers) Close() error { return n.admin.Close() }

// Next is a number above the one given. All in-sync replicas have it when it returns. A call that fails
// may have used one up. Where the topic was made anew its offsets begin again: what is above the number
// given is then all that is promised.
func (n *Numbers) Next(ctx context.Context, above int64) (int64, error) {
	offset, err := await(ctx, func() (int64, error) { return n.draw(ctx) })
	if err != nil {
		return 0, fmt.Errorf("drawing a number from %s: %w", n.topic, err)
	}
	return max(offset, above) + 1, nil
}

// drawTries are the attempts at one number, while the partition's leader moves.
const drawTries = 6

func (n *Numbers) draw(ctx context.Context) (offset int64, err error) {
	for failures := range drawTries {
		if offset, err = n.attempt(); err == nil || ctx.Err() != nil || errors.Is(err, errAdminClosed) {
			return offset, err
		}
		pause.AtMost(ctx, backoff(deliverRetryBase, deliverRetryMax, failures))
	}
	return 0, err
}

// attempt appends one record. A repetition of one whose answer was lost is another number.
func (n *Numbers) attempt() (int64, error) {
	client, _, err := n.admin.connect()
	if err != nil {
		return 0, err
	}
	wire := n.admin.cfg.topic(n.topic)
	if err := client.RefreshMetadata(wire); err != nil {
		return 0, err
	}
	leader, err := client.Leader(wire, 0)
	if err != nil {
		return 0, err
	}
	batch := &sarama.RecordBatch{
		Version: 2, Codec: sarama.CompressionNone, ProducerID: noProducer, ProducerEpoch: noProducer, FirstSequence: noProducer,
		Records: []*sarama.Record{{Value: []byte{}, TimestampDelta: time.Duration(time.Now().UnixMilli()) * time.Millisecond}},
	}
	stamp(batch)
	request := &sarama.ProduceRequest{
		RequiredAcks: sarama.WaitForAll, Version: produceVersion, Timeout: int32(n.admin.cfg.RequestTimeout / time.Millisecond),
	}
	request.AddBatch(wire, 0, batch)
	said, err := leader.Produce(request)
	if err != nil {
		return 0, errors.Join(err, hangUpOn(leader))
	}
	block := said.GetBlock(wire, 0)
	switch {
	case block == nil:
		return 0, sarama.ErrIncompleteResponse
	case block.Err != sarama.ErrNoError:
		return 0, block.Err
	}
	return block.Offset, nil
}

// noProducer as an identity: a repetition is written again.
const noProducer = -1
