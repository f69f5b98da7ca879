package kafka

import (
	"time"

	"github.com/IBM/sarama"
)

// modern makes one batch of the messages of a set, the format from before Kafka 0.11, of
// which old segments may still hold some; nil when the set has no whole message.
func modern(set *sarama.MessageSet) *sarama.RecordBatch {
	var batch *sarama.RecordBatch
	for _, outer := range set.Messages {
		inner := outer.Messages()
		if len(inner) == 0 {
			continue
		}
		// Inside a wrapper offsets count from 0, as of version 1, and the wrapper has the last one's.
		base := int64(0)
		if outer.Msg.Set != nil && outer.Msg.Version > 0 {
			base = outer.Offset - inner[len(inner)-1].Offset
		}
		for _, message := range inner {
			if batch == nil {
				batch = &sarama.RecordBatch{
					FirstOffset: base + message.Offset, FirstTimestamp: time.UnixMilli(0), PartitionLeaderEpoch: unknownEpoch,
				}
			}
			at := message.Msg.Timestamp
			if outer.Msg.LogAppendTime {
				at = outer.Msg.Timestamp
			}
			record := &sarama.Record{
				OffsetDelta: base + message.Offset - batch.FirstOffset,
				Key:         message.Msg.Key, Value: message.Msg.Value,
				TimestampDelta: time.Duration(millis(at)) * time.Millisecond, // since the batch's, 1970
			}
			batch.LastOffsetDelta = int32(record.OffsetDelta)
			batch.Records = append(batch.Records, record)
		}
	}
	return batch
}
