package main

import (
	"math"
	"runtime/debug"
	"slices"
	"strings"

	"sluice/internal/settings"
)

// forRoles are the settings of a process with these roles. What full pipelines hold leaves the collector room for its work
// below the limit; with a gateway's requests beside it half of a core went into collecting.
func (c memoryConfig) forRoles(roles []string) memoryConfig {
	if len(roles) > 1 && slices.Contains(roles, roleGateway) {
		c.Limit = besideGateway(c.Limit)
	}
	return c
}

// besideGateway is what a limit becomes in a process with a gateway and other roles; withoutGateway is which limit becomes that.
func besideGateway(limit settings.Size) settings.Size  { return limit + limit/3 }
func withoutGateway(limit settings.Size) settings.Size { return limit / 4 * 3 }

// limitMemory sets Go's collector: larger steps while there is room, harder work near the limit. GOGC and GOMEMLIMIT in the
// environment have the last word, each on its own half.
func (p *process) limitMemory(cfg memoryConfig) {
	if !p.tellsGo("GOGC") {
		debug.SetGCPercent(cfg.GCPercent)
	}
	if limit := p.heapLimit(cfg); limit > 0 {
		debug.SetMemoryLimit(int64(limit))
	}
}

// heapLimit is what a process with these settings keeps to in this environment: what GOMEMLIMIT has told Go's runtime, else
// memory.limit; 0 = nothing.
func (p *process) heapLimit(cfg memoryConfig) settings.Size {
	if !p.tellsGo("GOMEMLIMIT") {
		return cfg.Limit
	}
	if told := debug.SetMemoryLimit(-1); told < math.MaxInt64 {
		return settings.Size(max(told, 1)) // 0 has it collect always
	}
	return 0
}

// tellsGo says whether the environment has a variable that Go's runtime reads.
func (p *process) tellsGo(name string) bool {
	return slices.ContainsFunc(p.environ, func(pair string) bool {
		value, found := strings.CutPrefix(pair, name+"=")
		return found && value != ""
	})
}
