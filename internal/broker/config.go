package broker

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// Config is where the broker listens, what it may use, and what it promises.
type Config struct {
	Listen string // host:port as clients reach it, so no wildcard; "" = 127.0.0.1:9092, port 0 = any free one
	Dir    string // the broker's own directory, which nobody else writes; it must exist

	// Sync waits for the disk before it acknowledges, so that a power cut loses nothing
	// acknowledged. Without it, a power cut may lose the last half minute; a crash of the
	// process loses nothing either way.
	Sync bool

	Retention      time.Duration // age at which records may go, where a topic has no retention.ms; 0 = 7 days
	RetentionBytes int64         // of each partition, where a topic has no retention.bytes; 0 = 256 MiB
	SegmentBytes   int64         // of one file; a partition takes up to this much more than its retention; 0 = 8 MiB, or a quarter of RetentionBytes
	MessageBytes   int           // the largest batch, where a topic has no max.message.bytes; 0 = 1 MiB
	CleanEvery     time.Duration // between looks for records to remove; 0 = 10 s

	// MinFreeBytes is what the file system must keep free: below it records are refused with
	// KAFKA_STORAGE_ERROR, which clients retry, until there is room again. Reads and commits
	// go on. 0 = 256 MiB.
	MinFreeBytes int64
}

const (
	minSegmentBytes = 64 << 10
	minFreeFloor    = 1 << 20 // commits and set-up go on below the limit and need some room
)

func (c Config) withDefaults() Config {
	c.Listen = orElse(c.Listen, "127.0.0.1:9092")
	c.Retention = orElse(c.Retention, 7*24*time.Hour)
	c.RetentionBytes = orElse(c.RetentionBytes, 256<<20)
	c.SegmentBytes = orElse(c.SegmentBytes, min(8<<20, max(c.RetentionBytes/4, minSegmentBytes)))
	c.MessageBytes = orElse(c.MessageBytes, 1<<20)
	c.CleanEvery = orElse(c.CleanEvery, 10*time.Second)
	c.MinFreeBytes = orElse(c.MinFreeBytes, 256<<20)
	return c
}

// Validate reports everything that is wrong.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	if host, _, err := net.SplitHostPort(c.Listen); err != nil {
		errs = append(errs, fmt.Errorf("broker: listen %q is not host:port", c.Listen))
	} else if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		errs = append(errs, fmt.Errorf("broker: listen %q needs a host that clients can reach: it is what they are told to dial", c.Listen))
	}
	if c.Dir == "" {
		errs = append(errs, errors.New("broker: no directory is given"))
	}
	if c.Retention < time.Second {
		errs = append(errs, fmt.Errorf("broker: retention %s is below a second", c.Retention))
	}
	if c.MessageBytes < 1<<10 {
		errs = append(errs, fmt.Errorf("broker: messages of at most %d bytes are too small to be of use", c.MessageBytes))
	}
	if c.SegmentBytes < minSegmentBytes {
		errs = append(errs, fmt.Errorf("broker: segments of %d bytes are too small, the least is %d", c.SegmentBytes, minSegmentBytes))
	}
	if c.RetentionBytes < c.SegmentBytes {
		errs = append(errs, fmt.Errorf("broker: retention of %d bytes is smaller than one segment, %d", c.RetentionBytes, c.SegmentBytes))
	}
	if c.CleanEvery < 10*time.Millisecond {
		errs = append(errs, fmt.Errorf("broker: cleaning every %s is too often", c.CleanEvery))
	}
	if c.MinFreeBytes < minFreeFloor {
		errs = append(errs, fmt.Errorf("broker: %d bytes to keep free are too few, the least is %d", c.MinFreeBytes, minFreeFloor))
	}
	return errors.Join(errs...)
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
