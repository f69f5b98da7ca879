package stacktest_test

import (
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sluice/internal/stacktest"
)

// What is given can be listened on, is all different, and is none of the kernel's to give.
func TestFreeAddresses(t *testing.T) {
	addresses := stacktest.FreeAddresses(t, 25)
	for range 25 {
		addresses = append(addresses, stacktest.FreeAddress(t))
	}
	if n := len(slices.Compact(slices.Sorted(slices.Values(addresses)))); n != 50 {
		t.Errorf("%d of 50 differ", n)
	}
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		t.Skipf("this kernel does not say which ports it gives: %v", err)
	}
	kernels, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if port := l.Addr().(*net.TCPAddr).Port; port >= kernels {
			t.Errorf("the kernel may give %d to a connection: it does so from %d on", port, kernels)
		}
	}
}
