package embedded

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// BenchmarkLevels applies orders of 50,000 members in batches, as fast as it goes, with the relay's and the commit's share: outboxes are
// emptied and watermarks raised. new is orders that nobody has seen, again the same a second time, old new ones of members who
// have a year of orders already. The batches are made before: cpu-s/M is the store's share of the processor for a million events.
func BenchmarkLevels(b *testing.B) {
	for _, size := range []int{2000, 10_000} {
		for _, kind := range []string{"new", "again", "old"} {
			b.Run(fmt.Sprintf("%s/batch-%d", kind, size), func(b *testing.B) { pourLevels(b, kind, size) })
		}
	}
}

const (
	benchMembers = 50_000
	benchEvents  = 200_000
)

func pourLevels(b *testing.B, kind string, size int) {
	r, at := rules.Default(), time.Now()
	l := newLevels(b, LevelsConfig{Dir: b.TempDir(), Rules: r, Now: func() time.Time { return at }})
	begun(b, l, pipelines.Feed{Part: orderEvents, Topic: "a", Fresh: true}, 1)
	batches := levelBatches(r, at, size)
	switch kind {
	case "again":
		pourAll(b, l, batches, pipelines.Stored)
	case "old":
		for month := range 12 {
			pourAll(b, l, levelBatches(r, at.AddDate(0, -1-month, 0), 20_000), pipelines.Stored)
		}
	}
	want := pipelines.Stored
	if kind == "again" {
		want = pipelines.Duplicate
	}
	cpu, start := cpuTime(), time.Now()
	longest := pourAll(b, l, batches, want)
	b.ReportMetric(benchEvents/time.Since(start).Seconds(), "events/s")
	b.ReportMetric((cpuTime()-cpu).Seconds()*1e6/benchEvents, "cpu-s/M")
	b.ReportMetric(float64(longest.Milliseconds()), "longest-ms")
	b.ReportMetric(0, "ns/op")
}

// levelBatches are orders of a moment's month, of random members.
func levelBatches(r *rules.Rules, at time.Time, size int) [][]pipelines.Write {
	rng := rand.New(rand.NewPCG(uint64(at.UnixMilli()), 7))
	batches := make([][]pipelines.Write, benchEvents/size)
	for i := range batches {
		batches[i] = make([]pipelines.Write, size)
		for n := range batches[i] {
			member := "M" + strconv.Itoa(rng.IntN(benchMembers))
			offset := int64(i*size + n)
			order := (at.UnixMilli()-1_514_764_800_000)<<23 + offset
			batches[i][n] = completed(r, member, order, at.UnixMilli(), offset)
		}
	}
	return batches
}

func pourAll(b *testing.B, l *Levels, batches [][]pipelines.Write, want pipelines.Verdict) (longest time.Duration) {
	b.Helper()
	for _, batch := range batches {
		results := make([]pipelines.Result, len(batch))
		start := time.Now()
		if err := l.Write(b.Context(), batch, results); err != nil {
			b.Fatal(err)
		}
		longest = max(longest, time.Since(start))
		for i := range results {
			if results[i].Verdict != want {
				b.Fatalf("a result is %+v", results[i])
			}
		}
		if err := l.Raise(b.Context(), orderEvents, batch[len(batch)-1].Offset+1); err != nil {
			b.Fatal(err)
		}
		empty(b, l)
	}
	return longest
}

// empty takes everything out of the outboxes.
func empty(b *testing.B, l *Levels) {
	b.Helper()
	waiting, err := l.Waiting(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, bucket := range waiting {
		entries, err := l.Outbox(b.Context(), bucket, 10_000)
		if err != nil {
			b.Fatal(err)
		}
		ids := make([]string, len(entries))
		for i, e := range entries {
			ids[i] = e.ID
			if e.Topic != schemas.TopicLevels {
				b.Fatal(e)
			}
		}
		if err := l.Trim(b.Context(), bucket, ids); err != nil {
			b.Fatal(err)
		}
	}
}
