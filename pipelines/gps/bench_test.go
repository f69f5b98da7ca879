package gps

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

// endless is a source that repeats a few thousand pings until n were polled.
type endless struct {
	keys   [][]byte
	values [][]byte
	next   int64
	n      int64
	done   chan struct{}
}

func (e *endless) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	if e.next >= e.n {
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}
	i := 0
	for ; i < len(dst) && e.next < e.n; i++ {
		dst[i] = pipelines.Record{Offset: e.next, Time: noon + 60_000, Key: e.keys[e.next%int64(len(e.keys))], Value: e.values[e.next%int64(len(e.values))]}
		e.next++
	}
	return i, nil
}

func (e *endless) Commit(_ context.Context, next int64) error {
	if next >= e.n {
		close(e.done)
	}
	return nil
}

func (e *endless) Lag() int64 { return e.n - e.next }

func (e *endless) Run(ctx context.Context, serve pipelines.Serve) error {
	return serve(ctx, pipelines.Partition{Topic: "bench"}, e)
}

type stores struct{}

func (stores) Write(_ context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	for i := range writes {
		results[i].Verdict = pipelines.Stored
	}
	return nil
}

func benchmarkPath(b *testing.B, cfg pipelines.Config, stream func() pipelines.Stream[Fix]) {
	source := &endless{n: int64(b.N), done: make(chan struct{})}
	for i := range 20_000 {
		source.keys = append(source.keys, fmt.Appendf(nil, "D%07d", i%12500))
		source.values = append(source.values, fmt.Appendf(nil, `{"driverId":"D%07d","ts":%d,"lat":31.%06d,"lon":121.%06d,"speed":8.3,"heading":120,"accuracy":5,"status":"idle","seq":%d}`, i%12500, noon+int64(i), i, i, i))
	}
	cfg.Name, cfg.CommitInterval = "bench", 10*time.Millisecond
	p, err := pipelines.New(cfg, stream, stores{}, &pipelinestest.Graveyard{}, pipelinestest.NewObserver())
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	b.ReportAllocs()
	b.ResetTimer()
	finished := make(chan error, 1)
	go func() { finished <- p.Run(ctx, source) }()
	<-source.done
	b.StopTimer()
	cancel()
	if err := <-finished; err != nil {
		b.Fatal(err)
	}
}

// The whole path of a ping but for its source and its store.
func BenchmarkHistoryPath(b *testing.B) { benchmarkPath(b, pipelines.Config{}, NewHistory(Config{})) }

func BenchmarkLivePath(b *testing.B) {
	gates := Config{OutlierSpeed: 100, OutlierSlack: 200, OutlierFixes: 3}
	b.Run("window=1s", func(b *testing.B) {
		benchmarkPath(b, pipelines.Config{CoalesceWindow: time.Second}, NewLive(gates))
	})
	b.Run("window=0", func(b *testing.B) { benchmarkPath(b, pipelines.Config{}, NewLive(gates)) })
}
