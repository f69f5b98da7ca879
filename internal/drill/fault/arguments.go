package fault

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"sluice/internal/drill/script"
)

// arguments reads what a drill says further, and keeps the complaints.
type arguments struct {
	with map[string]string
	errs []error
}

// read parses an argument; what is not there is the fallback.
func read[T any](a *arguments, name string, fallback T, parse func(string) (T, error)) T {
	text, there := a.with[name]
	if !there {
		return fallback
	}
	value, err := parse(text)
	if err != nil {
		a.errs = append(a.errs, fmt.Errorf("with.%s: %q: %w", name, text, err))
		return fallback
	}
	return value
}

// number is a whole number, 1 at least.
func (a *arguments) number(name string, fallback int64) int64 {
	return read(a, name, fallback, func(text string) (int64, error) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return 0, errors.New("want a whole number above 0")
		}
		return n, nil
	})
}

// length is a time, more than none.
func (a *arguments) length(name string, fallback time.Duration) time.Duration {
	return read(a, name, fallback, func(text string) (time.Duration, error) {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return 0, errors.New("want a time above 0, such as 200ms")
		}
		return d, nil
	})
}

// share is a part of all, above none.
func (a *arguments) share(name string, fallback float64) float64 {
	return read(a, name, fallback, func(text string) (float64, error) {
		var s script.Share
		if err := s.UnmarshalText([]byte(text)); err != nil || s <= 0 {
			return 0, errors.New("want a share above 0, such as 20%")
		}
		return float64(s), nil
	})
}

// text is one of a few words.
func (a *arguments) text(name, fallback string, of ...string) string {
	return read(a, name, fallback, func(text string) (string, error) {
		if slices.Contains(of, text) {
			return text, nil
		}
		return "", fmt.Errorf("want one of %q", of)
	})
}

func (a *arguments) wrong() error { return errors.Join(a.errs...) }
