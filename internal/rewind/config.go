package rewind

import (
	"errors"
	"fmt"
	"time"
)

// Config tunes how losses are found.
type Config struct {
	// CheckEvery is how long a loss goes unnoticed in a partition that brings nothing; 0 = 2 s. Each
	// check asks every bucket once.
	CheckEvery time.Duration
	// Ahead bounds what a recovered bucket waits for before it answers again: all that its partitions
	// held at the loss, at most so many records behind each commit. It should be more than a
	// lane settles between two commits; 0 = 1,000,000.
	Ahead int64

	RetryBase time.Duration // first wait after a failure, doubled each time, half of it by chance; 0 = 100 ms
	RetryMax  time.Duration // longest wait; 0 = 5 s
}

// Validate reports every complaint at once.
func (c Config) Validate() error {
	var errs []error
	for name, v := range map[string]int64{
		"check every": int64(c.CheckEvery), "ahead": c.Ahead, "retry base": int64(c.RetryBase), "retry max": int64(c.RetryMax),
	} {
		if v < 0 {
			errs = append(errs, fmt.Errorf("rewind: %s is below zero", name))
		}
	}
	if full := c.withDefaults(); full.RetryMax < full.RetryBase {
		errs = append(errs, errors.New("rewind: retry max is below retry base"))
	}
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	setDefault(&c.CheckEvery, 2*time.Second)
	setDefault(&c.Ahead, 1_000_000)
	setDefault(&c.RetryBase, 100*time.Millisecond)
	setDefault(&c.RetryMax, 5*time.Second)
	return c
}

func setDefault[N int64 | time.Duration](field *N, value N) {
	if *field == 0 {
		*field = value
	}
}
