package main

import (
	"math"
	"runtime/debug"
	"testing"

	"sluice/internal/settings"
)

func TestAGatewayBesideOthersAddsMemory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit settings.Size
		roles []string
		want  settings.Size
	}{
		"alone":         {300 << 20, []string{roleGateway}, 300 << 20},
		"beside others": {300 << 20, allRoles(), 400 << 20},
		"others":        {300 << 20, []string{roleJobs, rolePipelines, roleQuery}, 300 << 20},
		"no limit":      {0, allRoles(), 0},
	} {
		if got := (memoryConfig{Limit: c.limit}).forRoles(c.roles).Limit; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Whoever says GOGC or GOMEMLIMIT means this one process. What holds for the whole process is not set beside other tests.
//
//nolint:paralleltest // see above
func TestTheEnvironmentHasTheLastWordOnMemory(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	set := memoryConfig{Limit: 900 << 20, GCPercent: 333}
	for name, c := range map[string]struct {
		environ []string
		percent int
		limit   int64
	}{
		"nothing said": {nil, 333, 900 << 20},
		"empty":        {[]string{"GOGC=", "GOMEMLIMIT="}, 333, 900 << 20},
		"the growth":   {[]string{"GOGC=77"}, 77, 900 << 20},
		"the limit":    {[]string{"GOMEMLIMIT=8GiB"}, 333, 8 << 30},
	} {
		debug.SetGCPercent(77) // as the runtime does with what it reads
		debug.SetMemoryLimit(8 << 30)
		(&process{environ: c.environ}).limitMemory(set)
		if got, gotLimit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64); got != c.percent || gotLimit != c.limit {
			t.Errorf("%s: %d %% below %d bytes, want %d %% below %d", name, got, gotLimit, c.percent, c.limit)
		}
	}
}
