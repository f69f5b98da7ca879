package main

import (
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
		"beside others": {300 << 20, allRoles(), 450 << 20},
		"others":        {300 << 20, []string{roleJobs, rolePipelines, roleQuery}, 300 << 20},
		"no limit":      {0, allRoles(), 0},
	} {
		if got := (memoryConfig{Limit: c.limit}).forRoles(c.roles).Limit; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
