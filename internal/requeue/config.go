package requeue

import (
	"errors"
	"fmt"
	"time"
)

// Config says how letters are dealt with.
type Config struct {
	Filter      Filter
	Limit       int64         // letters at most, those that fail among them; 0 = all
	MaxAttempts int           // a letter that was requeued so often is left alone; 0 = none is
	Rate        int64         // letters a second at most, up to 100,000; 0 = no limit
	Tolerance   time.Duration // how far a device's clock may be ahead, as the pipelines have it
	Who         string        // is written into the marks; required
	DryRun      bool          // only say what would be done

	// Topics are those that the pipeline reads: a letter from elsewhere is not requeued.
	Topics []string
	// Temporary says whether an error of the Writer may go away by itself; nil = none does.
	Temporary func(err error) bool
}

// maxRate is as fast as the throttle's ticker can be trusted to be.
const maxRate = 100_000

// Validate reports every complaint at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Limit < 0 {
		errs = append(errs, fmt.Errorf("limit is %d, must not be negative", c.Limit))
	}
	if c.MaxAttempts < 0 {
		errs = append(errs, fmt.Errorf("max attempts is %d, must not be negative", c.MaxAttempts))
	}
	if c.Rate < 0 || c.Rate > maxRate {
		errs = append(errs, fmt.Errorf("rate is %d letters a second, want 0 to %d", c.Rate, maxRate))
	}
	if c.Who == "" {
		errs = append(errs, errors.New("who does it is required"))
	}
	return errors.Join(errs...)
}

// maxWindow is how many letters are under way at once.
const maxWindow = 64

// window lets no more wait for the throttle than a tenth of a second's: a stop waits for them.
func (c *Config) window() int {
	if c.Rate == 0 {
		return maxWindow
	}
	return int(min(max(c.Rate/10, 1), maxWindow))
}

// Summary is what was done.
type Summary struct {
	Done     int64 `json:"done"`     // requeued or dropped, and marked
	Failed   int64 `json:"failed"`   // still open: the watcher was told why
	Hopeless int64 `json:"hopeless"` // left alone: requeued too often before
	Settled  int64 `json:"settled"`  // of those named by id: nothing was left to do
}

// Add counts another run's.
func (s *Summary) Add(more Summary) {
	s.Done += more.Done
	s.Failed += more.Failed
	s.Hopeless += more.Hopeless
	s.Settled += more.Settled
}

// Watcher is told of each letter as it is settled; it is called from many goroutines.
type Watcher interface {
	// Settled says that a letter was dealt with, or why not.
	Settled(id ID, err error)
}
