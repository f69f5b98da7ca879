package pipelines_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
)

// A store that keeps watermarks learns of each write where its record was read, also at a retry and
// behind the coalescing window.
func TestAWriteSaysWhereItsRecordWasRead(t *testing.T) {
	for name, cfg := range map[string]pipelines.Config{"every": {}, "coalesced": {CoalesceWindow: time.Second}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen []pipelines.Write
				stream := everyOne
				if cfg.CoalesceWindow > 0 {
					stream = newest
				}
				r := start(t, 2, cfg, stream, func(r *rig) {
					r.store.Break(func(_ context.Context, writes []pipelines.Write, results []pipelines.Result) (bool, error) {
						seen = append(seen, writes...)
						if len(seen) == 1 { // goes round again
							results[0].Verdict = pipelines.Retry
						}
						return false, nil
					})
				})
				r.group.Append(1, rec("a", 1))
				sleep(time.Minute)
				r.group.Append(1, rec("b", 2), rec("b", 3))
				sleep(time.Minute)
				if len(seen) != 4 {
					t.Fatalf("%d writes were offered, want 4", len(seen))
				}
				offsets := []int64{0, 0, 1, 2}
				for i, w := range seen {
					if w.From == nil || *w.From != (pipelines.Partition{Topic: "notes", ID: 1}) {
						t.Errorf("write %d is from %v", i, w.From)
					}
					if w.Offset != offsets[i] {
						t.Errorf("write %d is of offset %d, want %d", i, w.Offset, offsets[i])
					}
				}
			})
		})
	}
}
