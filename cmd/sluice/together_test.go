package main

import (
	"testing"

	"sluice/pipelines/orders"
)

func TestLanesOfOneProcessHoldLittle(t *testing.T) {
	t.Parallel()
	type held struct {
		batch, ofLevels int
		fetch           int32
	}
	for name, c := range map[string]struct {
		together bool
		records  int
		want     held
	}{
		"on servers":       {records: 5000, want: held{batch: 5000, ofLevels: levelBatch}},
		"together":         {together: true, records: 5000, want: held{togetherBatch, togetherBatch, togetherFetch}},
		"smaller as asked": {together: true, records: 100, want: held{100, 100, togetherFetch}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := &config{together: c.together}
			cfg.Pipeline.BatchRecords = c.records
			deps := pipelineDeps{cfg: cfg}
			got := held{deps.config(orders.Index).BatchRecords, deps.inOrder(orders.Levels).BatchRecords, cfg.group().FetchBytes}
			if got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestMemoryTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ set, want memoryConfig }{
		"as it comes":       {memoryConfig{Limit: 300 << 20, GCPercent: 400}, memoryConfig{Limit: 400 << 20, GCPercent: togetherGCPercent}},
		"smaller as asked":  {memoryConfig{Limit: 90 << 20, GCPercent: 50}, memoryConfig{Limit: 120 << 20, GCPercent: 50}},
		"without any limit": {memoryConfig{GCPercent: 400}, memoryConfig{GCPercent: togetherGCPercent}},
	} {
		if got := c.set.together(); got != c.want {
			t.Errorf("%s: limit %s at %d %%, want %s at %d %%", name, got.Limit, got.GCPercent, c.want.Limit, c.want.GCPercent)
		}
	}
}
