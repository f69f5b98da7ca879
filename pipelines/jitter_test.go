package pipelines

import (
	"testing"
	"time"
)

// Lanes, pipelines, batches and rounds all wait for different times, spread over the whole range,
// and each for the same time when it is asked again.
func TestRetriesAreSpreadAndCanBePlayedAgain(t *testing.T) {
	const limit, tenths = time.Second, 10
	var spread [tenths]int
	seen := map[time.Duration]bool{}
	n := 0
	for _, name := range []string{"gps-live", "gps-history"} {
		for part := range int32(20) {
			for offset := range int64(10) {
				for round := range 10 {
					p := Partition{Topic: "driver.pings", ID: part}
					d := jitter(limit, name, p, offset, round)
					if d < 0 || d >= limit || d != jitter(limit, name, p, offset, round) {
						t.Fatalf("jitter of %s %v at %d, round %d: %v", name, p, offset, round, d)
					}
					seen[d] = true
					spread[d*tenths/limit]++
					n++
				}
			}
		}
	}
	if len(seen) < n*99/100 {
		t.Errorf("%d different waits of %d", len(seen), n)
	}
	for tenth, count := range spread {
		if count < n/tenths*8/10 || count > n/tenths*12/10 {
			t.Errorf("%d of %d waits are in tenth %d", count, n, tenth)
		}
	}
}
