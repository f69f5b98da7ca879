package load

import (
	"errors"
	"fmt"
	"time"

	"sluice/internal/simulate/plan"
)

// Config of a load.
type Config struct {
	Plan    plan.Plan
	Topic   string        // that poison is written to, without the configured prefix
	Workers int           // requests under way at once, 1 or more
	Backlog int64         // records that are due and not yet sent; more are skipped, and counted; 1 or more
	GiveUp  time.Duration // on a block that gets no answer within it; above 0
	Grace   time.Duration // for requests under way once the load is interrupted; 0 = none
	Settle  time.Duration // the readers are watched for so long after the load, until they are done; 0 = not at all
}

// Validate reports every complaint at once, the plan's included.
func (c *Config) Validate() error {
	var errs []error
	if c.Workers < 1 || c.Workers > 4096 {
		errs = append(errs, fmt.Errorf("workers are %d, must be 1 to 4096", c.Workers))
	}
	if c.Backlog < 1 {
		errs = append(errs, fmt.Errorf("backlog is %d records, must be 1 or more", c.Backlog))
	}
	if c.GiveUp <= 0 || c.Grace < 0 || c.Settle < 0 {
		errs = append(errs, errors.New("giveUp must be above 0, grace and settle not below"))
	}
	return errors.Join(append(errs, c.Plan.Validate())...)
}
