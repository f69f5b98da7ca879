package relay

import (
	"errors"
	"fmt"
	"time"
)

// Config bounds a relay. Zero means the default that each field names.
type Config struct {
	Poll        time.Duration // between two looks at the outboxes when nobody nudges. 0 = 100 ms
	Gap         time.Duration // between two looks at least, however often it is nudged. 0 = 20 ms
	Buckets     int           // outboxes read side by side. 0 = 64
	Members     int           // of one outbox, whose entries are published side by side. 0 = 16
	Page        int           // entries of one read at once. 0 = 256
	Attempts    int           // at one entry, before its bucket rests. 0 = 4
	RetryBase   time.Duration // first wait after a failure, doubled each time, jittered. 0 = 50 ms
	RetryMax    time.Duration // longest wait. 0 = 5 s
	CallTimeout time.Duration // of one call of the store, and of keeping a dead letter. 0 = 5 s
	Drain       time.Duration // what is being published when the relay stops has so long. 0 = 5 s
	LetterBytes int           // of a dead letter's value; what is longer is cut. 0 = 32 KiB
}

func (c Config) withDefaults() Config {
	c.Poll = or(c.Poll, 100*time.Millisecond)
	c.Gap = or(c.Gap, 20*time.Millisecond)
	c.Buckets = or(c.Buckets, 64)
	c.Members = or(c.Members, 16)
	c.Page = or(c.Page, 256)
	c.Attempts = or(c.Attempts, 4)
	c.RetryBase = or(c.RetryBase, 50*time.Millisecond)
	c.RetryMax = or(c.RetryMax, 5*time.Second)
	c.CallTimeout = or(c.CallTimeout, 5*time.Second)
	c.Drain = or(c.Drain, 5*time.Second)
	c.LetterBytes = or(c.LetterBytes, 32<<10)
	return c
}

// Validate reports every complaint at once.
func (c Config) Validate() error {
	var complaints []error
	for _, s := range []struct {
		name  string
		value int64
	}{
		{"poll", int64(c.Poll)},
		{"gap", int64(c.Gap)},
		{"buckets", int64(c.Buckets)},
		{"members", int64(c.Members)},
		{"page", int64(c.Page)},
		{"attempts", int64(c.Attempts)},
		{"retryBase", int64(c.RetryBase)},
		{"retryMax", int64(c.RetryMax)},
		{"callTimeout", int64(c.CallTimeout)},
		{"drain", int64(c.Drain)},
		{"letterBytes", int64(c.LetterBytes)},
	} {
		if s.value < 0 {
			complaints = append(complaints, fmt.Errorf("%s must not be negative", s.name))
		}
	}
	full := c.withDefaults()
	if full.RetryMax < full.RetryBase {
		complaints = append(complaints, fmt.Errorf("retryMax (%s) is below retryBase (%s)", full.RetryMax, full.RetryBase))
	}
	if full.Poll < full.Gap {
		complaints = append(complaints, fmt.Errorf("poll (%s) is below gap (%s)", full.Poll, full.Gap))
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
