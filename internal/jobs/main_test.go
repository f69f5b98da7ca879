package jobs

import (
	"testing"

	"go.uber.org/goleak"

	"sluice/internal/kafka"
)

func TestMain(m *testing.M) {
	kafka.Prepare(1 << 20)
	goleak.VerifyTestMain(m)
}
