package gps

import (
	"errors"
	"fmt"
	"time"
)

// Config says which pings count. Speeds are in m/s, distances in m.
type Config struct {
	// MaxAge drops older pings from live, never from history; 0 = no age limit.
	MaxAge time.Duration
	// HistoryMaxAge drops older pings from history: each day that a device's clock can name
	// makes an index, and a cluster holds only so many. 0 = no age limit.
	HistoryMaxAge time.Duration
	// ClockAhead is how far a device's clock may be ahead of the time at which its ping
	// was received; beyond it the time of receipt counts instead. 0 = not at all.
	ClockAhead time.Duration

	// OutlierSpeed drops a ping from live that no driver could have reached from the last accepted
	// one; 0 = off.
	OutlierSpeed float64
	// OutlierSlack is the jump that noise alone may make, added to the pings' own accuracy.
	OutlierSlack float64
	// OutlierFixes consecutive pings that agree with one another re-anchor the driver
	// where they are; at least 1 while the gate is on.
	OutlierFixes int

	// MoveDistance drops a ping from live that is nearer than this to the last one written; 0 = off. The
	// position shown is then wrong by up to that distance, and its age by up to MoveHeartbeat.
	MoveDistance float64
	// MoveHeartbeat lets a ping through after so long, however near; required while the
	// movement gate is on, and below the query's maxAge, lest a waiting driver vanish.
	MoveHeartbeat time.Duration
}

// Validate reports every complaint at once.
func (c *Config) Validate() error {
	var complaints []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			complaints = append(complaints, fmt.Errorf(format, args...))
		}
	}
	complain(c.MaxAge >= 0, "maxAge is %s, must not be negative", c.MaxAge)
	complain(c.HistoryMaxAge >= 0, "historyMaxAge is %s, must not be negative", c.HistoryMaxAge)
	complain(c.ClockAhead >= 0, "clockAhead is %s, must not be negative", c.ClockAhead)
	complain(c.OutlierSpeed >= 0, "outlierSpeed is %g, must not be negative", c.OutlierSpeed)
	complain(c.OutlierSlack >= 0, "outlierSlack is %g, must not be negative", c.OutlierSlack)
	complain(c.OutlierSpeed == 0 || c.OutlierFixes >= 1, "outlierFixes is %d: with the outlier gate on it must be at least 1", c.OutlierFixes)
	complain(c.MoveDistance >= 0, "moveDistance is %g, must not be negative", c.MoveDistance)
	complain(c.MoveDistance == 0 || c.MoveHeartbeat > 0, "moveHeartbeat is %s: with the movement gate on it must be above 0", c.MoveHeartbeat)
	complain(c.MoveDistance == 0 || c.MaxAge == 0 || c.MoveHeartbeat < c.MaxAge, "moveHeartbeat (%s) must be below maxAge (%s): a waiting driver would vanish", c.MoveHeartbeat, c.MaxAge)
	return errors.Join(complaints...)
}
