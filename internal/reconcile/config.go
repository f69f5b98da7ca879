package reconcile

import (
	"errors"
	"fmt"
	"time"
)

// Config bounds the work. Zero means the default that each field names.
type Config struct {
	Settle   time.Duration // between two looks at a suspicion, at least. 0 = 2 s
	Patience time.Duration // for the pipelines to come as far as they have to between two looks. 0 = 2 min
	Poll     time.Duration // between two questions how far they are. 0 = 500 ms

	Segment  int   // buckets that are compared, mended and looked at again before the next ones. 0 = 32
	Orders   int   // facts of orders in memory at once, about 100 bytes each. 0 = 500,000
	Suspects int   // drifts in memory at once: what is beyond waits for the next pass. 0 = 50,000
	Rebuild  int   // orders that a bucket must lack, and more than half of them all, to be filled from the index without looking for each. 0 = 100
	Batch    int   // events of one repairing write. 0 = 1000
	Rate     int   // orders that are read per second, of both sides together. 0 = as fast as it goes
	Most     int64 // orders that the index must know of 100 in the store, or extra ones are left alone. 0 = 90

	Every  time.Duration // between two rounds of Watch. 0 = 1 min
	Sample int           // members who had an event since the last round, that are compared in a round. 0 = 200
	Daily  time.Duration // after midnight in the rules' time zone, when Watch passes over everything. 0 = 03:30
}

func (c Config) withDefaults() Config {
	c.Settle = or(c.Settle, 2*time.Second)
	c.Patience = or(c.Patience, 2*time.Minute)
	c.Poll = or(c.Poll, 500*time.Millisecond)
	c.Segment = or(c.Segment, 32)
	c.Orders = or(c.Orders, 500_000)
	c.Suspects = or(c.Suspects, 50_000)
	c.Rebuild = or(c.Rebuild, 100)
	c.Batch = or(c.Batch, 1000)
	c.Most = or(c.Most, 90)
	c.Every = or(c.Every, time.Minute)
	c.Sample = or(c.Sample, 200)
	c.Daily = or(c.Daily, 3*time.Hour+30*time.Minute)
	return c
}

// Validate reports every complaint at once.
func (c Config) Validate() error {
	var complaints []error
	for _, s := range []struct {
		name  string
		value int64
	}{
		{"settle", int64(c.Settle)},
		{"patience", int64(c.Patience)},
		{"poll", int64(c.Poll)},
		{"segment", int64(c.Segment)},
		{"orders", int64(c.Orders)},
		{"suspects", int64(c.Suspects)},
		{"rebuild", int64(c.Rebuild)},
		{"batch", int64(c.Batch)},
		{"rate", int64(c.Rate)},
		{"most", c.Most},
		{"every", int64(c.Every)},
		{"sample", int64(c.Sample)},
		{"daily", int64(c.Daily)},
	} {
		if s.value < 0 {
			complaints = append(complaints, fmt.Errorf("reconcile: %s must not be negative", s.name))
		}
	}
	if c.Daily >= 24*time.Hour {
		complaints = append(complaints, errors.New("reconcile: daily must be less than 24h"))
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
