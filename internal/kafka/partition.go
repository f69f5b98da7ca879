package kafka

import (
	"sync"

	"github.com/IBM/sarama"
)

// partition queues the parts for one partition and delivers them, batch after batch, each
// answered before the next is made: so the next grows while one is under way.
type partition struct {
	pub   *Publisher
	topic string // on the wire
	id    int32
	as    identity

	mu    sync.Mutex
	queue []part
	wake  chan struct{} // holds a token when the queue is not empty
}

func newPartition(p *Publisher, topic string, id int32) *partition {
	return &partition{pub: p, topic: topic, id: id, wake: make(chan struct{}, 1)}
}

// add queues a part.
func (q *partition) add(one part) {
	q.mu.Lock()
	q.queue = append(q.queue, one)
	q.mu.Unlock()
	q.rouse()
}

func (q *partition) rouse() {
	select {
	case q.wake <- struct{}{}:
	default: // a token is there already
	}
}

// run delivers until the publisher is closed, and then fails what is left.
func (q *partition) run() {
	for {
		select {
		case <-q.wake:
			if parts := q.take(); len(parts) > 0 {
				q.deliver(parts)
			}
		case <-q.pub.ctx.Done():
			for parts := q.take(); len(parts) > 0; parts = q.take() {
				q.settle(parts, errClosed)
			}
			return
		}
	}
}

// take gives the parts of the next batch. Parts that nobody waits for any more are
// dropped here: they were never sent.
func (q *partition) take() []part {
	q.mu.Lock()
	defer q.mu.Unlock()
	var batch []part
	bytes, n := 0, 0
	for ; n < len(q.queue); n++ {
		next := q.queue[n]
		if next.call.over() {
			q.pub.finish(next, ErrUnavailable)
			continue
		}
		if len(batch) > 0 && bytes+next.bytes > q.pub.limits.BatchBytes {
			break
		}
		batch = append(batch, next)
		bytes += next.bytes
	}
	clear(q.queue[:n])
	if q.queue = q.queue[n:]; len(q.queue) > 0 {
		q.rouse()
	} else {
		q.queue = nil
	}
	return batch
}

func (q *partition) settle(parts []part, err error) {
	for _, one := range parts {
		q.pub.finish(one, err)
	}
}

// assemble makes a batch of the parts, without sequence numbers yet.
func (q *partition) assemble(parts []part) *sarama.RecordBatch {
	records := parts[0].records
	if len(parts) > 1 {
		n := 0
		for _, one := range parts {
			n += len(one.records)
		}
		records = make([]*sarama.Record, 0, n)
		for _, one := range parts {
			records = append(records, one.records...)
		}
	}
	batch := &sarama.RecordBatch{
		Version: 2, Codec: q.pub.codec, CompressionLevel: sarama.CompressionLevelDefault, Records: records,
		LastOffsetDelta: int32(len(records) - 1),
	}
	stamp(batch)
	return batch
}
