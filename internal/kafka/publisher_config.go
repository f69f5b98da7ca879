package kafka

import (
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"
)

// PublisherConfig tunes a publisher.
type PublisherConfig struct {
	Timeout       time.Duration // of one Publish, when its context allows more; 0 = 5 s
	InFlightBytes int64         // of all records not yet acknowledged, together; 0 = 64 MiB
	RecordBytes   int           // the largest record, with its key and headers; 0 = 1,000,000
	BatchBytes    int           // of one partition's batch before compression, at most the topic's max.message.bytes; 0 = 512 KiB
	Requests      int           // in flight per broker; 0 = 2
	Compression   Compression   // "" = lz4
}

// Compression is the codec of a batch.
type Compression string

// The codecs.
const (
	LZ4          Compression = "lz4"
	Zstd         Compression = "zstd"
	Snappy       Compression = "snappy"
	Gzip         Compression = "gzip"
	Uncompressed Compression = "none"
)

func (c Compression) codec() (sarama.CompressionCodec, error) {
	var codec sarama.CompressionCodec
	if err := codec.UnmarshalText([]byte(c)); err != nil {
		return 0, fmt.Errorf("kafka: publisher: compression %q is none of lz4, zstd, snappy, gzip, none", string(c))
	}
	return codec, nil
}

func (p PublisherConfig) withDefaults() PublisherConfig {
	p.Timeout = orElse(p.Timeout, 5*time.Second)
	p.InFlightBytes = orElse(p.InFlightBytes, 64<<20)
	p.RecordBytes = orElse(p.RecordBytes, 1_000_000)
	p.BatchBytes = orElse(p.BatchBytes, 512<<10)
	p.Requests = orElse(p.Requests, 2)
	p.Compression = orElse(p.Compression, LZ4)
	return p
}

// validate wants the defaults in place.
func (p PublisherConfig) validate() error {
	var errs []error
	if p.Timeout < 0 || p.InFlightBytes < 0 || p.RecordBytes < 0 || p.BatchBytes < 0 || p.Requests < 0 {
		errs = append(errs, errors.New("kafka: publisher: a limit is below zero"))
	}
	if p.InFlightBytes < int64(p.RecordBytes) {
		errs = append(errs, errors.New("kafka: publisher: one record may be larger than all that is in flight"))
	}
	_, err := p.Compression.codec()
	return errors.Join(append(errs, err)...)
}
