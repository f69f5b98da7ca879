package resp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Info is fields of a section of INFO, all of which there must be.
func Info(ctx context.Context, addr string, limit time.Duration, section string, names ...string) (_ map[string]string, err error) {
	conn, err := Dial(ctx, addr, limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	answer, err := conn.Do("INFO", section)
	if err != nil {
		return nil, fmt.Errorf("asking Redis: %w", err)
	}
	text, _ := answer.(string)
	found := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if slices.Contains(names, name) {
			found[name] = value
		}
	}
	if len(found) != len(names) {
		return nil, fmt.Errorf("asking Redis: INFO %s has not all of %v", section, names)
	}
	return found, nil
}

// CPU is the processor time that a server has used since its start, seconds, of all its threads.
func CPU(ctx context.Context, addr string, limit time.Duration) (float64, error) {
	names := []string{"used_cpu_user", "used_cpu_sys"}
	found, err := Info(ctx, addr, limit, "cpu", names...)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, name := range names {
		seconds, err := strconv.ParseFloat(found[name], 64)
		if err != nil {
			return 0, fmt.Errorf("asking Redis for its cost: %w", err)
		}
		sum += seconds
	}
	return sum, nil
}
