package broker

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// stamps gives records the time of their arrival where the topic asks for it by
// message.timestamp.type=LogAppendTime, which kfake keeps but does not heed. The newest
// record of a batch gets the present time and the others keep their distance to it:
// records may be compressed, so only the batch's header is written.
//
// It also takes away the mark by which a client claims to have stamped a batch itself: kfake
// would change such a batch without mending its checksum, and lose it at the next open.
type stamps struct {
	topics *topicFile
	now    func() time.Time
}

// apply changes the request's batches in place. A batch that is not whole is left for kfake
// to refuse.
func (s *stamps) apply(r *kmsg.ProduceRequest) {
	known := s.topics.load()
	for _, t := range r.Topics {
		topic := known.byName[t.Topic]
		if t.Topic == "" {
			topic = known.byID[t.TopicID]
		}
		for _, p := range t.Partitions {
			s.stamp(p.Records, topic.appendTime())
		}
	}
}

const appendTimeMark = 0x08 // of a batch's attributes

func (s *stamps) stamp(batch []byte, appendTime bool) {
	if len(batch) < batchHeader || crc32.Checksum(batch[batchAttributes:], castagnoli()) != binary.BigEndian.Uint32(batch[batchCRC:]) {
		return
	}
	attributes := binary.BigEndian.Uint16(batch[batchAttributes:])
	if !appendTime && attributes&appendTimeMark == 0 {
		return
	}
	binary.BigEndian.PutUint16(batch[batchAttributes:], attributes&^appendTimeMark)
	if appendTime {
		first, newest := int64(binary.BigEndian.Uint64(batch[batchFirstTime:])), int64(binary.BigEndian.Uint64(batch[batchMaxTime:]))
		now := s.now().UnixMilli()
		binary.BigEndian.PutUint64(batch[batchFirstTime:], uint64(now-(newest-first)))
		binary.BigEndian.PutUint64(batch[batchMaxTime:], uint64(now))
	}
	binary.BigEndian.PutUint32(batch[batchCRC:], crc32.Checksum(batch[batchAttributes:], castagnoli()))
}
