package main

import (
	"fmt"
	"math"
	"time"
)

// finiteRate refuses what nothing can be paced by: flags are read as floating point, which has NaN and Inf. 0 = no limit.
func finiteRate(flag string, perSecond float64) error {
	if !(perSecond >= 0) || math.IsInf(perSecond, 1) {
		return fmt.Errorf("%s %g must be a number a second, not negative; 0 = no limit", flag, perSecond)
	}
	return nil
}

// aboveZero refuses a time in which nothing can be done.
func aboveZero(flag string, within time.Duration) error {
	if within <= 0 {
		return fmt.Errorf("%s %s must be above 0", flag, within)
	}
	return nil
}

// notNegative refuses a number of things below none.
func notNegative(flag string, n int64) error {
	if n < 0 {
		return fmt.Errorf("%s %d must not be negative", flag, n)
	}
	return nil
}
