package script

import (
	"fmt"
	"strconv"
	"strings"
)

// Share is a part of the records: 2%, or 0.02.
type Share float64

// UnmarshalText reads it.
func (s *Share) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || value < 0 {
		return fmt.Errorf("share %q: want 2%% or 0.02", text)
	}
	if percent {
		value /= 100
	}
	*s = Share(value)
	return nil
}

// MarshalText writes it as a command line takes it.
func (s Share) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(s), 'g', -1, 64), nil
}

// Bytes is a size: 512MiB, or a number of bytes.
type Bytes int64

// UnmarshalText reads it.
func (b *Bytes) UnmarshalText(text []byte) error {
	rest, unit := string(text), int64(1)
	for i, suffix := range []string{"KiB", "MiB", "GiB"} {
		if cut, ok := strings.CutSuffix(rest, suffix); ok {
			rest, unit = cut, int64(1)<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(rest, 10, 64)
	if err != nil || n < 0 || n > maxBytes/unit {
		return fmt.Errorf("size %q: want 512MiB or a number of bytes", text)
	}
	*b = Bytes(n * unit)
	return nil
}

const maxBytes = 1 << 50
