package main

import (
	"runtime/debug"
	"slices"
	"strings"
)

// forRoles are the settings of a process with these roles. What full pipelines hold leaves the collector room for its work
// below the limit; with a gateway's requests beside it half of a core went into collecting.
func (c memoryConfig) forRoles(roles []string) memoryConfig {
	if len(roles) > 1 && slices.Contains(roles, roleGateway) {
		c.Limit += c.Limit / 3
	}
	return c
}

// limitMemory sets Go's collector: larger steps while there is room, harder work near the limit. GOGC and GOMEMLIMIT in the
// environment have the last word, each on its own half.
func (p *process) limitMemory(cfg memoryConfig) {
	if !p.tellsGo("GOGC") {
		debug.SetGCPercent(cfg.GCPercent)
	}
	if cfg.Limit > 0 && !p.tellsGo("GOMEMLIMIT") {
		debug.SetMemoryLimit(int64(cfg.Limit))
	}
}

// tellsGo says whether the environment has a variable that Go's runtime reads.
func (p *process) tellsGo(name string) bool {
	return slices.ContainsFunc(p.environ, func(pair string) bool {
		value, found := strings.CutPrefix(pair, name+"=")
		return found && value != ""
	})
}
