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

// Doctor judges what a process would set, and not another number: both take it from heapLimit.
//
//nolint:paralleltest // GOMEMLIMIT holds for the whole process
func TestDoctorJudgesTheLimitThatProcessesSet(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	cfg := memoryConfig{Limit: 300 << 20, GCPercent: 100}
	const mib, enough = settings.Size(1 << 20), settings.Size(16 << 30)
	for name, c := range map[string]struct {
		environ   []string
		told      int64 // by GOMEMLIMIT, as the runtime has read it
		one, all  settings.Size
		roles, up string // of the good findings
	}{
		"setting":  {nil, math.MaxInt64, 300 * mib, 400 * mib, "memory.limit 300MiB, of which sluice run all makes 400MiB", "memory.limit 300MiB, of which sluice up makes 400MiB"},
		"variable": {[]string{"GOMEMLIMIT=700MiB"}, 700 << 20, 700 * mib, 700 * mib, "GOMEMLIMIT 700MiB", "GOMEMLIMIT 700MiB"},
	} {
		p := &process{environ: c.environ}
		set := func(made memoryConfig) settings.Size {
			debug.SetMemoryLimit(c.told)
			p.limitMemory(made)
			return settings.Size(debug.SetMemoryLimit(c.told))
		}
		debug.SetMemoryLimit(c.told)
		roles, up := p.ofRoles(cfg), p.ofUp(cfg, 1000)
		for i, made := range []memoryConfig{cfg, cfg.forRoles(allRoles())} {
			if got := set(made); got != roles[i].limit || got != []settings.Size{c.one, c.all}[i] {
				t.Errorf("%s: a process sets %s, doctor judges %s", name, got, roles[i].limit)
			}
		}
		if got := set(cfg.together()); got != up[0].limit || got != c.all {
			t.Errorf("%s: sluice up sets %s, doctor judges %s", name, got, up[0].limit)
		}
		if said := judgeMemory(roles, enough)[0].Text; said != "16 GiB, "+c.roles {
			t.Errorf("%s: %s", name, said)
		}
		if said := judgeMemory(up, enough)[0].Text; said != "16 GiB, "+c.up {
			t.Errorf("%s: %s", name, said)
		}
	}
	debug.SetMemoryLimit(math.MaxInt64)
	off := (&process{environ: []string{"GOMEMLIMIT=off"}}).ofRoles(cfg)
	verdict{judgeMemory(off, enough), []string{"warn GOMEMLIMIT is off => GOMEMLIMIT=13107MiB"}}.holds(t)
	debug.SetMemoryLimit(0)
	verdict{judgeMemory((&process{environ: []string{"GOMEMLIMIT=0"}}).ofRoles(cfg), enough), nil}.holds(t)
}
