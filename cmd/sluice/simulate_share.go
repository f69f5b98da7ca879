package main

import (
	"fmt"
	"strconv"
	"strings"
)

// share is a part of the records: 5%, or 0.05.
type share float64

// UnmarshalText reads it.
func (s *share) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	value, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return fmt.Errorf("share %q: want 5%% or 0.05", text)
	}
	if percent {
		value /= 100
	}
	if !(value >= 0 && value <= 1) {
		return fmt.Errorf("share %q: want 0%% to 100%%", text)
	}
	*s = share(value)
	return nil
}
