package resp

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Fields is what a server says of itself in a section of INFO; all of the fields there must be.
func Fields(ctx context.Context, addr string, limit time.Duration, section string, names ...string) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	said, err := Info(ctx, addr, section)
	if err != nil {
		return nil, err
	}
	found := make(map[string]string, len(names))
	for _, name := range names {
		value, there := said[name]
		if !there {
			return nil, fmt.Errorf("asking Redis: INFO %s has not all of %v", section, names)
		}
		found[name] = value
	}
	return found, nil
}

// CPU is the processor time that a server has used since its start, seconds, of all its threads.
func CPU(ctx context.Context, addr string, limit time.Duration) (float64, error) {
	names := []string{"used_cpu_user", "used_cpu_sys"}
	found, err := Fields(ctx, addr, limit, "cpu", names...)
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
