package stacktest

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
)

// Where FreeAddresses looks: below the ports that the kernel gives to outgoing connections and to
// those who listen on any port, and beside those that ops/stack gives to its servers.
const (
	lowestPort = 10_000
	ports      = 10_000
)

// given is the last port that was handed out: a process that is to listen there may not have begun to.
var given atomic.Int64 //nolint:gochecknoglobals // the tests of a process share its ports

// FreeAddresses are n loopback addresses that nobody listens on and nobody was given before: for processes that
// are to listen there later, or again after they were killed. A port that the kernel chose could go
// to somebody's connection meanwhile, or to that of a client which dials this very port.
func FreeAddresses(t testing.TB, n int) []string {
	t.Helper()
	held := make([]net.Listener, 0, n)
	defer func() {
		for _, l := range held {
			if err := l.Close(); err != nil {
				t.Errorf("giving a port free: %v", err)
			}
		}
	}()
	given.CompareAndSwap(0, rand.Int64N(ports))
	addresses := make([]string, 0, n)
	for range ports {
		if len(addresses) == n {
			return addresses
		}
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowestPort+int(given.Add(1)%ports)))
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			t.Fatalf("looking for a free port: %v", err)
		}
		held, addresses = append(held, l), append(addresses, address)
	}
	t.Fatalf("no %d ports are free from %d on", n, lowestPort)
	return nil
}

// FreeAddress is one such address.
func FreeAddress(t testing.TB) string {
	t.Helper()
	return FreeAddresses(t, 1)[0]
}
