package embedded

import (
	"os"
	"path/filepath"
	"testing"

	"sluice/pipelines"
	"sluice/schemas/rules"
)

// TestLevelsDiskFull fills a disk: from then on all of a batch is Retry and none of it is there, no watermark passes it, reads go
// on, and when there is room again writes do, with no new start.
func TestLevelsDiskFull(t *testing.T) {
	dir := smallDisk(t, "6m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	r := rules.Default()
	l := newLevels(t, LevelsConfig{Dir: dir, Rules: r, MaxLogBytes: minLogBytes})
	begun(t, l, pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}, 1)
	full := pipelines.Result{Verdict: pipelines.Retry, Reason: reasonDiskFull}
	batch := 0
	for ; ; batch++ {
		results := applied(t, l, crashOrders(r, batch)...)
		if results[0] == full {
			break
		}
		if results[0].Verdict != pipelines.Stored || batch > 1000 {
			t.Fatalf("batch %d: %+v", batch, results[0])
		}
	}
	for _, result := range applied(t, l, crashOrders(r, batch)...) {
		if result != full {
			t.Fatalf("still full: %+v", result)
		}
	}
	if err := l.Ready(t.Context()); err == nil {
		t.Error("ready, with a full disk")
	}
	if total := ordersOf(t, l); total != batch*crashBatchOrders {
		t.Errorf("%d orders count, %d were answered", total, batch*crashBatchOrders)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for _, result := range applied(t, l, crashOrders(r, batch)...) {
		if result.Verdict != pipelines.Stored {
			t.Fatalf("with room again: %+v", result)
		}
	}
	raise(t, l, int64((batch+1)*crashBatchOrders))
	if err := l.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if total := ordersOf(t, l); total != (batch+1)*crashBatchOrders {
		t.Errorf("%d orders count, %d were answered", total, (batch+1)*crashBatchOrders)
	}
}
