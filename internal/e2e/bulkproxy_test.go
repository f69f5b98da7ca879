package e2e

import (
	"context"
	"testing"

	"sluice/internal/drill/spoil"
)

// newSpoiler stands before the real Elasticsearch: so the verdicts are tested by what is in a real
// store in the end.
func newSpoiler(t *testing.T, target string) *spoil.Store {
	t.Helper()
	s, err := spoil.New(spoil.Config{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background()) // the site's processes end before it
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}
