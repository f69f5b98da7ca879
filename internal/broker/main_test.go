package broker

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"go.uber.org/goleak"
)

// childPort makes the test binary a broker of its own in its working directory, to be killed
// by a test.
const (
	childPort = "SLUICE_TEST_BROKER_PORT"
	childSync = "SLUICE_TEST_BROKER_SYNC"
)

func TestMain(m *testing.M) {
	if os.Getenv(childPort) != "" {
		os.Exit(child())
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/rcrowley/go-metrics.(*meterArbiter).tick")) // sarama starts it for ever
}

// child serves until it is killed. Its first line says that it listens.
func child() int {
	sync, _ := strconv.ParseBool(os.Getenv(childSync))
	port, err := strconv.ParseUint(os.Getenv(childPort), 10, 16)
	if err != nil {
		return 1
	}
	b, err := New(Config{Listen: fmt.Sprintf("127.0.0.1:%d", port), Dir: ".", Sync: sync, SegmentBytes: 256 << 10}, printing{})
	if err == nil {
		if _, err = fmt.Fprintln(os.Stdout, "listening", b.Addr()); err != nil {
			return 1
		}
		err = b.Run(context.Background())
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// printing is the child's observer.
type printing struct{}

func (printing) RoomChanged(accepting bool, free int64) {
	fmt.Fprintln(os.Stderr, "room", accepting, free)
}
func (printing) Repaired(r Repair)      { fmt.Fprintf(os.Stderr, "repaired %+v\n", r) }
func (printing) BrokerFailed(err error) { fmt.Fprintln(os.Stderr, "failed", err) }
