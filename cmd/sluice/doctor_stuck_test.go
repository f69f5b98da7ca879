package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/progress"
)

func TestDoctorFindsWhatDoesNotMove(t *testing.T) {
	cfg := defaults(t)
	now := time.Now()
	before := []kafka.PartitionLag{{Partition: 0, Committed: 5, Lag: 3}, {Partition: 1, Committed: 5, Lag: 3}, {Partition: 2, Committed: 5}}
	after := []kafka.PartitionLag{{Partition: 0, Committed: 5, Lag: 9}, {Partition: 1, Committed: 7, Lag: 3}, {Partition: 2, Committed: 5, Lag: 1}}
	still := unmoved(before, after)
	if len(still) != 1 || still[0].Partition != 0 {
		t.Errorf("%+v", still)
	}
	old := now.Add(-cfg.Pipeline.StallAfter - time.Second)
	lanes := func(state string) []progress.Answer {
		return []progress.Answer{{Pipelines: []progress.Pipeline{{Pipeline: "gps-history", Partitions: []progress.Partition{{Partition: 3, State: state}, {Partition: 4, State: "flowing"}}}}}}
	}
	for name, v := range map[string]verdict{
		"stuck":         {judgeStuck(cfg, "gps-history", still, old, now), []string{"fail 9 records waiting in 1 partition without a commit between two looks, the oldest for 31s => sluice lag --partitions"}},
		"young":         {judgeStuck(cfg, "gps-history", still, now, now), nil},
		"moving":        {judgeStuck(cfg, "gps-history", nil, time.Time{}, now), nil},
		"refused":       {judgeLanes(lanes("refused"), nil), []string{"fail partitions [3] are refused => PipelineRefused.md"}},
		"stalled":       {judgeLanes(lanes("stalled"), nil), []string{"fail partitions [3] are stalled => PipelineStalled.md"}},
		"retrying":      {judgeLanes(lanes("retrying"), nil), []string{"warn partitions [3] are retrying => StoreRetrying.md"}},
		"blocked":       {judgeLanes(lanes("blocked"), nil), []string{"warn partitions [3] are blocked => OldestUnsettled.md"}},
		"flowing":       {judgeLanes(lanes("flowing"), nil), nil},
		"one is silent": {judgeLanes(lanes("flowing"), []string{"http://x"}), []string{"skip skipped: no answer from http://x"}},
		"nobody":        {judgeLanes(nil, []string{"http://x"}), []string{"skip skipped: no process answers at http://x"}},
	} {
		t.Run(name, func(t *testing.T) {
			v.holds(t)
			for _, f := range v.found {
				if book, _, ok := strings.Cut(f.Fix, ".md"); ok {
					if _, err := os.Stat("../../" + book[strings.Index(book, "ops/"):] + ".md"); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for listen, want := range map[string]string{":9100": "http://127.0.0.1:9100", "[::]:1": "http://127.0.0.1:1", "10.0.0.1:2": "http://10.0.0.1:2"} {
		if got := opsURL(listen); got != want {
			t.Errorf("%s: %s", listen, got)
		}
	}
}
