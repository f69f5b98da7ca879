package gateway

import (
	"errors"
	"fmt"
	"time"
)

// Config is the gateway's limits. Zero means the default that each field names.
type Config struct {
	// TopicPrefix stands before every topic. "" = none.
	TopicPrefix string

	MaxBodyBytes     int // one body, on the wire and decompressed. 0 = 8 MiB
	MaxRecords       int // in one body. 0 = 10,000
	MaxRecordBytes   int // one record; more is rejected as too_large. 0 = 64 KiB
	MaxErrorsListed  int // in one answer; the counts are always whole. 0 = 100
	MaxDepth         int // brackets within brackets in an array of records. 0 = 32; at most 64
	MaxInFlight      int // requests being read or published at once; more are told 503. 0 = 1024
	MaxInFlightBytes int // memory of those requests; more is told 503. 0 = 256 MiB

	// PublishTimeout is how long Kafka may take to acknowledge a request before its client is told 503. 0 = 4 s.
	PublishTimeout time.Duration
	// RetryAfter is what a client that is told 503 is asked to wait. 0 = 1 s.
	RetryAfter time.Duration
}

// maxDepth is how many brackets the splitter can keep in one word.
const maxDepth = 64

func (c Config) withDefaults() Config {
	c.MaxBodyBytes = or(c.MaxBodyBytes, 8<<20)
	c.MaxRecords = or(c.MaxRecords, 10_000)
	c.MaxRecordBytes = or(c.MaxRecordBytes, 64<<10)
	c.MaxErrorsListed = or(c.MaxErrorsListed, 100)
	c.MaxDepth = or(c.MaxDepth, 32)
	c.MaxInFlight = or(c.MaxInFlight, 1024)
	c.MaxInFlightBytes = or(c.MaxInFlightBytes, 256<<20)
	c.PublishTimeout = or(c.PublishTimeout, 4*time.Second)
	c.RetryAfter = or(c.RetryAfter, time.Second)
	return c
}

// Validate names every setting that cannot be.
func (c Config) Validate() error {
	var complaints []error
	for _, s := range []struct {
		name  string
		value int64
	}{
		{"MaxBodyBytes", int64(c.MaxBodyBytes)},
		{"MaxRecords", int64(c.MaxRecords)},
		{"MaxRecordBytes", int64(c.MaxRecordBytes)},
		{"MaxErrorsListed", int64(c.MaxErrorsListed)},
		{"MaxDepth", int64(c.MaxDepth)},
		{"MaxInFlight", int64(c.MaxInFlight)},
		{"MaxInFlightBytes", int64(c.MaxInFlightBytes)},
		{"PublishTimeout", int64(c.PublishTimeout)},
		{"RetryAfter", int64(c.RetryAfter)},
	} {
		if s.value < 0 {
			complaints = append(complaints, fmt.Errorf("%s must not be negative", s.name))
		}
	}
	d := c.withDefaults()
	if d.MaxDepth > maxDepth {
		complaints = append(complaints, fmt.Errorf("MaxDepth must be at most %d", maxDepth))
	}
	if d.MaxRecordBytes > d.MaxBodyBytes {
		complaints = append(complaints, errors.New("MaxRecordBytes is more than MaxBodyBytes"))
	}
	if needs := memoryPerBodyByte*bodyCapacity(d.MaxBodyBytes) + zstdBytes; d.MaxInFlightBytes < needs {
		complaints = append(complaints, fmt.Errorf("MaxInFlightBytes is less than one request of MaxBodyBytes may need (%d)", needs))
	}
	return errors.Join(complaints...)
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
