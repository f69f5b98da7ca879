package bare

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"
)

// ConsumeConfig of the bare group consumer.
type ConsumeConfig struct {
	Brokers []string
	Topic   string
	Group   string // a new one, it begins at the oldest record
}

// Consumed is what it did.
type Consumed struct {
	Records int64
	Took    time.Duration // from the first record to the last
}

// Consume reads a topic as it stands now, counts and does nothing else: a sarama group
// with a channel of 256 and fetches of 1 MiB, no record marked.
func Consume(ctx context.Context, cfg ConsumeConfig) (Consumed, error) {
	c, err := Open(cfg.Brokers)
	if err != nil {
		return Consumed{}, err
	}
	ends, err := c.Ends(cfg.Topic)
	if err = errors.Join(err, c.Close()); err != nil {
		return Consumed{}, err
	}
	conf := config()
	conf.ChannelBufferSize = 256
	conf.Consumer.Fetch.Default = 1 << 20
	conf.Consumer.Offsets.Initial = sarama.OffsetOldest
	conf.Consumer.Offsets.AutoCommit.Enable = false
	conf.Consumer.MaxProcessingTime = 10 * time.Second
	group, err := sarama.NewConsumerGroup(cfg.Brokers, cfg.Group, conf)
	if err != nil {
		return Consumed{}, fmt.Errorf("joining group %s: %w", cfg.Group, err)
	}
	run, cancel := context.WithCancel(ctx)
	defer cancel()
	count := newCounter(ends, cancel)
	err = group.Consume(run, []string{cfg.Topic}, count)
	if count.open.Load() == 0 {
		err = nil // cancelled by the counter itself
	} else if err == nil {
		err = fmt.Errorf("consuming %s: ended early: %w", cfg.Topic, ctx.Err())
	}
	return count.sum(), errors.Join(err, group.Close())
}

type counter struct {
	ends []int64
	done func()
	open atomic.Int64 // partitions not yet read to their end

	mu          sync.Mutex
	records     int64
	first, last time.Time
}

func newCounter(ends []int64, done func()) *counter {
	c := &counter{ends: ends, done: done}
	for _, end := range ends {
		if end > 0 {
			c.open.Add(1)
		}
	}
	return c
}

func (c *counter) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (c *counter) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// ConsumeClaim counts one partition up to the end known at the start.
func (c *counter) ConsumeClaim(_ sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	last := c.ends[claim.Partition()] - 1
	var n int64
	var first time.Time
	for msg := range claim.Messages() {
		if n == 0 {
			first = time.Now()
		}
		n++
		if msg.Offset == last {
			c.add(n, first, time.Now())
			break
		}
	}
	for range claim.Messages() { // what comes later is not counted; the claim must stay until the group ends
	}
	return nil
}

func (c *counter) add(n int64, first, last time.Time) {
	c.mu.Lock()
	c.records += n
	if c.first.IsZero() || first.Before(c.first) {
		c.first = first
	}
	if last.After(c.last) {
		c.last = last
	}
	c.mu.Unlock()
	if c.open.Add(-1) == 0 {
		c.done()
	}
}

func (c *counter) sum() Consumed {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Consumed{Records: c.records, Took: c.last.Sub(c.first)}
}
