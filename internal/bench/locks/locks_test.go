package locks

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config(t *testing.T) Config {
	t.Helper()
	addr := os.Getenv("SLUICE_TEST_REDIS")
	if addr == "" {
		t.Skip("SLUICE_TEST_REDIS is not set")
	}
	return Config{Addr: addr, Prefix: fmt.Sprintf("locks-%d:", time.Now().UnixNano()), Events: 200, Members: 5, Clients: 1, Timeout: 5 * time.Second}
}

// However many clients there are, each order counts once: else it would be no measure.
func TestLocksCount(t *testing.T) {
	for _, clients := range []int{1, 16} {
		cfg := config(t)
		cfg.Clients = clients
		r, err := Run(t.Context(), cfg)
		if err != nil || r.Counted != int64(cfg.Events) || r.Took <= 0 || clients == 1 && r.Waits != 0 || clients > 1 && r.Waits == 0 {
			t.Errorf("%d clients: %+v, %v", clients, r, err)
		}
		again, err := Run(t.Context(), cfg)
		if err != nil || again.Counted != int64(cfg.Events) {
			t.Errorf("%d clients, the same orders again: %+v, %v", clients, again, err)
		}
	}
}

func TestLocksRefuse(t *testing.T) {
	if _, err := Run(t.Context(), Config{}); err == nil || !strings.Contains(err.Error(), "address") || !strings.Contains(err.Error(), "above 0") {
		t.Errorf("%v", err)
	}
	if _, err := Run(t.Context(), Config{Addr: "127.0.0.1:1", Prefix: "x", Events: 1, Members: 1, Clients: 1, Timeout: time.Second}); err == nil {
		t.Error("nobody was reached")
	}
}
