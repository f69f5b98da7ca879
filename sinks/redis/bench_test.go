package redis

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// BenchmarkApply writes orders as they come, 65,536 in a batch, of 50,000 members in 256 buckets: new ones, and the same
// again. It reports events a second, and what one costs the server.
func BenchmarkApply(b *testing.B) {
	addr := os.Getenv("SLUICE_TEST_REDIS")
	if addr == "" {
		b.Skip("waits for a real Redis: SLUICE_TEST_REDIS")
	}
	const batch, members = 1 << 16, 50_000
	cfg := Config{Addrs: []string{addr}, KeyPrefix: ownPrefix(b), Rules: rules.Default(), CallTimeout: patience}
	l := open(b, cfg)
	defer forget(b, cfg)
	part := pipelines.Partition{Topic: schemas.TopicOrders}
	feed := pipelines.Feed{Part: part, Fresh: true}
	if _, err := l.Open(b.Context(), feed, "bench"); err != nil {
		b.Fatal(err)
	}
	if _, err := l.Recover(b.Context(), "bench", 1, nil); err != nil {
		b.Fatal(err)
	}
	if _, err := l.Open(b.Context(), feed, "bench"); err != nil {
		b.Fatal(err)
	}
	at := l.cfg.Now().UnixMilli()
	month, second := cfg.Rules.Second(at)
	n, offset := int64(0), int64(0)
	fresh := func() []pipelines.Write {
		writes := make([]pipelines.Write, batch)
		for i := range writes {
			n++
			e := schemas.LevelEvent{Kind: schemas.LevelComplete, Order: 301_885_432_101_234_567 + n<<23, Month: month, Second: second, At: at}
			writes[i] = pipelines.Write{Key: fmt.Appendf(nil, "M%07d", n*7919%members), Body: schemas.AppendLevelEvent(nil, &e), From: &part}
		}
		return writes
	}
	results := make([]pipelines.Result, batch)
	write := func(b *testing.B, writes []pipelines.Write) {
		for i := range writes {
			writes[i].Offset = offset
			offset++
		}
		clear(results)
		if err := l.Write(b.Context(), writes, results); err != nil {
			b.Fatal(err)
		}
	}
	last := fresh()
	write(b, last)
	measure := func(name string, next func() []pipelines.Write) {
		b.Run(name, func(b *testing.B) {
			served := 0.0
			for range b.N {
				b.StopTimer()
				last = next()
				before := serverSeconds(b, l)
				b.StartTimer()
				write(b, last)
				b.StopTimer()
				served += serverSeconds(b, l) - before
				b.StartTimer()
			}
			b.ReportMetric(float64(b.N)*batch/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(served/float64(b.N)/batch*1e6, "server-µs/event")
		})
	}
	measure("new", fresh)
	measure("again", func() []pipelines.Write { return last })
}

// serverSeconds is the processor time that the server's main thread has used.
func serverSeconds(b *testing.B, l *Levels) float64 {
	b.Helper()
	info, err := l.client.Info(context.Background(), "cpu").Result()
	if err != nil {
		b.Fatal(err)
	}
	sum := 0.0
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name != "used_cpu_user_main_thread" && name != "used_cpu_sys_main_thread" {
			continue
		}
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil {
			b.Fatal(err)
		}
		sum += seconds
	}
	return sum
}
