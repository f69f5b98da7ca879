package redis

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testRun tells the keys of this process from those that another left behind.
func testRun() int { return os.Getpid() }
