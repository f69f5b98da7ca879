package simulation

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// A panic of a goroutine that the path has started ends the tests; its trace then names the seed.
func TestMain(m *testing.M) {
	if err := os.Setenv("GODEBUG", os.Getenv("GODEBUG")+",tracebacklabels=1"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}
