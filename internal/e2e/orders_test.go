package e2e

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"sluice/internal/stacktest"
)

// Orders through one process, a good part of them twice, void, late or out of order: the oracle, which sees only the ledger,
// comes to the same counts, levels and announcements.
func TestEmbeddedOrders(t *testing.T) {
	events := stacktest.Size(t, "SLUICE_TEST_ORDER_EVENTS", 10_000)
	shuffle, limit := 2*time.Second, 2*patience
	if events > 100_000 { // the size that is promised, within a minute of each other
		shuffle, limit = time.Minute, time.Hour
	}
	h := newHome(t)
	c := h.up().ready()
	book := filepath.Join(t.TempDir(), "orders.ledger")
	code, said := executeWithin(t, limit, h.env, "simulate", "--orders", strconv.Itoa(events*46/100), "--members", strconv.Itoa(events/20),
		"--rate", "5000", "--shuffle", shuffle.String(), "--double", "8%", "--void", "2%", "--late", "1%", "--purchase", "1%",
		"--backlog", limit.String(), "--give-up", limit.String(), "--to", "http://"+h.public, "--ops", "http://"+h.ops, "--ledger", book, "--json")
	var sent struct{ Acked, Refused, Doubtful, Skipped int }
	if err := json.Unmarshal([]byte(said), &sent); err != nil || code != 0 {
		t.Fatalf("simulate --orders ended with %d, %v: %s", code, err, said)
	}
	if sent.Acked < events || sent.Refused+sent.Doubtful+sent.Skipped > 0 {
		t.Errorf("want %d events acknowledged: %s", events, said)
	}
	c.alive()
	code, said = executeWithin(t, limit, h.env, "simulate", "verify", book)
	t.Logf("verify:\n%s", said)
	if code != 0 {
		t.Errorf("verify ended with %d", code)
	}
	c.stop()
}
