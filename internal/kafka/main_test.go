package kafka

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	Prepare(64 << 20)
	goleak.VerifyTestMain(m)
}
