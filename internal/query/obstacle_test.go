package query

import (
	"fmt"
	"net/http"
	"testing"

	"sluice/internal/problem"
	"sluice/schemas"
)

// Only of a store that has to recover is it said what stands in the way.
func TestWhatARecoveryWaitsForIsSaid(t *testing.T) {
	const full = "the disk is full: make room"
	recovering := fmt.Errorf("reading member: %w", schemas.ErrRecovering)
	for name, c := range map[string]struct {
		obstacle func() string
		err      error
		code     string
		detail   string
	}{
		"nobody knows": {nil, recovering, problem.CodeRecovering, "the store reads back what it lost: an answer would be wrong"},
		"nothing":      {func() string { return "" }, recovering, problem.CodeRecovering, "the store reads back what it lost: an answer would be wrong"},
		"a full disk":  {func() string { return full }, recovering, problem.CodeRecovering, "the store can neither begin nor read back what it lost: " + full},
		"away":         {func() string { return full }, schemas.ErrUnavailable, problem.CodeUnavailable, "the store is away"},
	} {
		q := &Query{deps: Deps{Obstacle: c.obstacle}}
		if p := q.failed(t.Context(), c.err); p.Status != http.StatusServiceUnavailable || p.Code != c.code || p.Detail != c.detail || p.RetryAfter == 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
