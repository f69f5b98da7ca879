package main

import (
	"testing"

	"sluice/internal/settings"
)

func TestEachFurtherRoleAddsMemory(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit settings.Size
		roles int
		want  settings.Size
	}{
		{300 << 20, 1, 300 << 20},
		{300 << 20, 4, 750 << 20},
		{0, 4, 0}, // none
	} {
		if got := (memoryConfig{Limit: c.limit}).forRoles(c.roles).Limit; got != c.want {
			t.Errorf("%s with %d roles is %s, want %s", c.limit, c.roles, got, c.want)
		}
	}
}
