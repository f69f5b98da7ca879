package broker

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Where the fields of a record batch are, in bytes (Kafka's message format, magic 2).
const (
	batchLength     = 8
	batchEpoch      = 12
	batchMagic      = 16
	batchCRC        = 17
	batchAttributes = 21
	batchLastDelta  = 23
	batchFirstTime  = 27
	batchMaxTime    = 35
	batchProducer   = 43
	batchProdEpoch  = 51
	batchSequence   = 53
	batchRecords    = 57
	batchHeader     = 61

	batchPrefix             = 12 // what the length does not count
	transactionalMark       = 0x10
	controlMark             = 0x20
	noProducer              = -1
	largestBatch      int64 = 1 << 30
)

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) } // made once, by the library

// batch is the header of a record batch on disk.
type batch struct {
	size           int64
	first, end     int64 // offsets [first, end)
	epoch          int32 // of the partition's leader
	producer       int64
	producerEpoch  int16
	sequence       int32
	records        int32
	newest         int64 // ms
	transactional  bool
	control, valid bool // valid: whole, and its checksum is right
}

// errShort is a batch that does not end within the bytes: its size is not to be trusted.
var errShort = errors.New("the batch does not end where the file does")

// readBatch reads the batch at the front. The error says that not even its size is known; a
// batch whose size is plausible but whose content is damaged is not valid.
func readBatch(raw []byte) (batch, error) {
	b, err := readHeader(raw)
	if err != nil {
		return batch{}, err
	}
	raw = raw[:b.size]
	b.valid = raw[batchMagic] == 2 && b.first >= 0 &&
		crc32.Checksum(raw[batchAttributes:], castagnoli()) == binary.BigEndian.Uint32(raw[batchCRC:])
	return b, nil
}

// readHeader is readBatch without the look at the content: no batch is valid yet.
func readHeader(raw []byte) (batch, error) {
	if len(raw) < batchHeader {
		return batch{}, errShort
	}
	size := int64(binary.BigEndian.Uint32(raw[batchLength:])) + batchPrefix
	if size < batchHeader || size > largestBatch || size > int64(len(raw)) {
		return batch{}, errShort
	}
	first := int64(binary.BigEndian.Uint64(raw))
	attributes := binary.BigEndian.Uint16(raw[batchAttributes:])
	return batch{
		size: size, first: first, end: first + int64(int32(binary.BigEndian.Uint32(raw[batchLastDelta:]))) + 1,
		epoch:         int32(binary.BigEndian.Uint32(raw[batchEpoch:])),
		producer:      int64(binary.BigEndian.Uint64(raw[batchProducer:])),
		producerEpoch: int16(binary.BigEndian.Uint16(raw[batchProdEpoch:])),
		sequence:      int32(binary.BigEndian.Uint32(raw[batchSequence:])),
		records:       int32(binary.BigEndian.Uint32(raw[batchRecords:])),
		newest:        int64(binary.BigEndian.Uint64(raw[batchMaxTime:])),
		transactional: attributes&transactionalMark != 0,
		control:       attributes&controlMark != 0,
	}, nil
}

// emptyBatch is a batch without records that takes one offset, as compaction leaves them.
func emptyBatch(offset int64, epoch int32, now time.Time) []byte {
	b := kmsg.RecordBatch{
		FirstOffset: offset, PartitionLeaderEpoch: epoch, Magic: 2,
		FirstTimestamp: now.UnixMilli(), MaxTimestamp: now.UnixMilli(),
		ProducerID: noProducer, ProducerEpoch: noProducer, FirstSequence: noProducer,
	}
	b.Length = int32(len(b.AppendTo(nil)) - batchPrefix)
	raw := b.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[batchCRC:], crc32.Checksum(raw[batchAttributes:], castagnoli()))
	return raw
}
