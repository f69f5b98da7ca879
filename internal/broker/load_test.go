package broker

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sluice/internal/kafka"
	"sluice/pipelines"
)

// BenchmarkGateway is the planned load in one process: calls of 100 pings through the
// publisher at a fixed rate, the broker, and two groups that read all and commit.
// SLUICE_BENCH_RATE is in pings a second (0 = as fast as it goes), one op is a second.
func BenchmarkGateway(b *testing.B) {
	for _, sync := range []bool{false, true} {
		b.Run(fmt.Sprintf("sync=%t", sync), func(b *testing.B) { benchGateway(b, sync) })
	}
}

func benchGateway(b *testing.B, sync bool) {
	rate := 30_000
	if said := os.Getenv("SLUICE_BENCH_RATE"); said != "" {
		var err error
		if rate, err = strconv.Atoi(said); err != nil {
			b.Fatal(err)
		}
	}
	broker := start(b, Config{Dir: b.TempDir(), Sync: sync, SegmentBytes: 8 << 20})
	makeTopics(b, broker.Addr(), kafka.TopicSpec{
		Name: "pings", Partitions: 8, Replication: 1, Settings: map[string]string{"message.timestamp.type": "LogAppendTime"},
	})
	var read [2]atomic.Int64
	for i := range read {
		consume(b, broker.Addr(), fmt.Sprintf("g%d", i), &read[i])
	}
	l := &pace{p: newPublisher(b, broker.Addr(), kafka.PublisherConfig{}), every: 0}
	if rate > 0 {
		l.every = time.Second * pingsPerCall / time.Duration(rate)
	}
	before, began := cpu(b), time.Now()
	b.ResetTimer()
	sent := l.run(b, time.Duration(b.N)*time.Second)
	took, used := time.Since(began), cpu(b)-before
	for i := range read {
		for deadline := time.Now().Add(time.Minute); read[i].Load() < sent && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
		if n := read[i].Load(); n != sent {
			b.Errorf("group %d read %d of %d", i, n, sent)
		}
	}
	b.ReportMetric(float64(sent)/took.Seconds(), "pings/s")
	b.ReportMetric(used.Seconds()/float64(sent)*1e6, "cpu-s/M")
	b.ReportMetric(float64(l.worst.Load())/1e6, "worst-ms")
	b.ReportMetric(float64(l.total.Load())/float64(l.calls.Load())/1e6, "mean-ms")
	b.ReportMetric(float64(rss(b))/(1<<20), "RSS-MiB")
}

const pingsPerCall = 100

// pace publishes at a rate of its own, never waiting for answers with up to 64 calls open.
type pace struct {
	p                   *kafka.Publisher
	every               time.Duration
	worst, total, calls atomic.Int64
}

func (l *pace) run(b *testing.B, d time.Duration) int64 {
	var running sync.WaitGroup
	open := make(chan struct{}, 64)
	began := time.Now()
	shown := 0
	for call := 0; time.Since(began) < d; call++ {
		due := began.Add(time.Duration(call) * l.every)
		if wait := time.Until(due); wait > 0 {
			time.Sleep(wait)
		} else if l.every == 0 {
			due = time.Now()
		}
		if s := int(time.Since(began).Seconds()) / 30; s > shown {
			shown = s
			b.Logf("%d s: RSS %d MiB", s*30, rss(b)>>20)
		}
		open <- struct{}{}
		running.Go(func() {
			defer func() { <-open }()
			if err := l.p.Publish(context.Background(), "pings", pings(call)); err != nil {
				b.Error(err)
			}
			took := int64(time.Since(due))
			l.total.Add(took)
			l.calls.Add(1)
			for was := l.worst.Load(); took > was && !l.worst.CompareAndSwap(was, took); was = l.worst.Load() {
			}
		})
	}
	running.Wait()
	return l.calls.Load() * pingsPerCall
}

func pings(call int) []pipelines.Record {
	records := make([]pipelines.Record, pingsPerCall)
	for i := range records {
		n := (call*pingsPerCall + i) * 2654435761 % 100_000
		key := fmt.Appendf(nil, "D%06d", n)
		records[i] = pipelines.Record{Key: key, Value: fmt.Appendf(nil,
			`{"driverId":%q,"ts":%d,"lat":%.6f,"lon":%.6f,"speed":%.1f,"heading":%d,"status":"idle","vehicle":"van"}`,
			key, time.Now().UnixMilli(), 31+float64(n%9973)/9973, 121+float64(n%7919)/7919, float64(n%300)/10, n%360)}
	}
	return records
}

func consume(b *testing.B, addr, group string, read *atomic.Int64) {
	g, err := kafka.NewGroup(kafka.Config{Brokers: []string{addr}}, group, "pings", kafka.GroupConfig{}, ignoring{})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- g.Run(ctx, func(ctx context.Context, _ pipelines.Partition, src pipelines.Source) error {
			dst := make([]pipelines.Record, 512)
			committed := time.Now()
			for {
				n, err := src.Poll(ctx, dst)
				if ctx.Err() != nil {
					return nil //nolint:nilerr // the end of the benchmark
				}
				if err != nil {
					return err
				}
				read.Add(int64(n))
				if n > 0 && time.Since(committed) > time.Second {
					committed = time.Now()
					if err := src.Commit(ctx, dst[n-1].Offset+1); err != nil {
						return err
					}
				}
			}
		})
	}()
	b.Cleanup(func() {
		stop()
		check(b, <-ended)
	})
}

type ignoring struct{}

func (ignoring) GroupFailed(error)                                             {}
func (ignoring) GroupSkipped(pipelines.Partition, int64, int64, string, error) {}
func (ignoring) GroupGap(pipelines.Partition, int64, int64, string)            {}

func cpu(b *testing.B) time.Duration {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func rss(b *testing.B) int64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(raw))[1], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
