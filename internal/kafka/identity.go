package kafka

import (
	"fmt"
	"math"
	"time"

	"github.com/IBM/sarama"
)

// identity is the idempotent producer that writes one partition: the broker takes each
// (id, epoch, sequence) once, and answers a repetition as a duplicate. Every partition has
// its own, so that losing one, after a batch whose fate is unknown, disturbs no other.
type identity struct {
	id    int64
	epoch int16
	next  int32 // sequence number of the next record
	valid bool
}

// ensure asks the cluster for a new id when there is none.
func (i *identity) ensure(client sarama.Client) error {
	if i.valid {
		return nil
	}
	said, err := client.InitProducerID()
	if err != nil {
		return fmt.Errorf("asking for a producer id: %w", err)
	}
	if said.Err != sarama.ErrNoError {
		return fmt.Errorf("asking for a producer id: %w", said.Err)
	}
	*i = identity{id: said.ProducerID, epoch: said.ProducerEpoch, valid: true}
	return nil
}

// number signs a batch with the next sequence numbers.
func (i *identity) number(batch *sarama.RecordBatch) {
	batch.ProducerID, batch.ProducerEpoch, batch.FirstSequence = i.id, i.epoch, i.next
}

// advance counts a batch that was taken; sequence numbers wrap to zero after the last int32.
func (i *identity) advance(records int) {
	i.next = int32((int64(i.next) + int64(records)) & math.MaxInt32)
}

// lose gives the identity up: whether the broker has counted its last batch is not known.
func (i *identity) lose() { i.valid = false }

// stamp numbers the records of a batch and makes their times relative to the first.
func stamp(batch *sarama.RecordBatch) {
	first := batch.Records[0].TimestampDelta
	latest := first
	for n, rec := range batch.Records {
		latest = max(latest, rec.TimestampDelta)
		rec.TimestampDelta -= first
		rec.OffsetDelta = int64(n)
	}
	batch.FirstTimestamp = time.UnixMilli(first.Milliseconds())
	batch.MaxTimestamp = time.UnixMilli(latest.Milliseconds())
}
