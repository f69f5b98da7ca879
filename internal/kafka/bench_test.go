package kafka

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/IBM/sarama"

	"sluice/internal/stacktest"
	"sluice/pipelines"
)

// The benchmarks want a real broker. Each prints records/s and CPU seconds per million.

const (
	benchCallers = 8
	benchCall    = 500
)

func BenchmarkPublish(b *testing.B) {
	cfg := benchTopic(b)
	p, err := NewPublisher(cfg, PublisherConfig{})
	if err != nil {
		b.Fatal(err)
	}
	defer closing(b, p)
	measure(b, nil, func() { publishAll(b, p, int64(b.N)) })
}

func BenchmarkAsyncProducer(b *testing.B) {
	cfg := benchTopic(b)
	conf, err := cfg.withDefaults().client()
	if err != nil {
		b.Fatal(err)
	}
	conf.Metadata.Full = true
	conf.Producer.RequiredAcks = sarama.WaitForAll
	conf.Producer.Compression = sarama.CompressionLZ4
	conf.Producer.Return.Successes = false
	conf.Producer.Partitioner = sarama.NewHashPartitioner
	producer, err := sarama.NewAsyncProducer(cfg.Brokers, conf)
	if err != nil {
		b.Fatal(err)
	}
	records := benchRecords(benchCall)
	measure(b, nil, func() {
		for i := range b.N {
			rec := &records[i%len(records)]
			producer.Input() <- &sarama.ProducerMessage{Topic: cfg.topic("bench"), Key: sarama.ByteEncoder(rec.Key), Value: sarama.ByteEncoder(rec.Value)}
		}
		if err := producer.Close(); err != nil {
			b.Error(err)
		}
	})
}

func BenchmarkGroup(b *testing.B) {
	cfg := benchTopic(b)
	fill(b, cfg, int64(b.N))
	g, err := NewGroup(cfg, cfg.TopicPrefix+"group", "bench", GroupConfig{}, failing{b})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	seen := &counter{want: int64(b.N), stop: stop}
	measure(b, seen, func() {
		err := g.Run(ctx, func(ctx context.Context, _ pipelines.Partition, src pipelines.Source) error {
			return countAndCommit(ctx, src, seen)
		})
		if err != nil {
			b.Error(err)
		}
	})
}

// counter stops a benchmark at its last record, and times it from the first: joining a
// group takes its time, and is not what is measured.
type counter struct {
	seen  atomic.Int64
	want  int64
	stop  func()
	once  sync.Once
	first time.Time
	last  time.Time
}

func (c *counter) add(n int64) (enough bool) {
	c.once.Do(func() { c.first = time.Now() })
	if enough = c.seen.Add(n) >= c.want; enough {
		c.last = time.Now()
		c.stop()
	}
	return enough
}

func countAndCommit(ctx context.Context, src pipelines.Source, seen *counter) error {
	dst := make([]pipelines.Record, 256)
	for last := time.Now(); ; {
		n, err := src.Poll(ctx, dst)
		if err != nil {
			return nil //nolint:nilerr // the context's cause
		}
		enough := seen.add(int64(n))
		if time.Since(last) > 200*time.Millisecond || enough {
			last = time.Now()
			if err := src.Commit(context.WithoutCancel(ctx), dst[n-1].Offset+1); err != nil {
				return err
			}
		}
	}
}

func BenchmarkBareGroup(b *testing.B) {
	cfg := benchTopic(b)
	fill(b, cfg, int64(b.N))
	conf, err := cfg.withDefaults().client()
	if err != nil {
		b.Fatal(err)
	}
	GroupConfig{}.withDefaults().apply(conf, sarama.NewBalanceStrategyCooperativeSticky())
	conf.Metadata.Full = true
	conf.Consumer.Return.Errors = false
	conf.Consumer.MaxProcessingTime = time.Second
	conf.Consumer.Fetch.Default, conf.Consumer.Fetch.MaxBytes, conf.ChannelBufferSize = 1<<20, 16<<20, 256
	group, err := sarama.NewConsumerGroup(cfg.Brokers, cfg.TopicPrefix+"group", conf)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	h := &bare{counter{want: int64(b.N), stop: stop}}
	measure(b, &h.counter, func() {
		if err := group.Consume(ctx, []string{cfg.topic("bench")}, h); err != nil {
			b.Error(err)
		}
	})
	closing(b, group)
}

type bare struct{ counter }

func (*bare) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*bare) Cleanup(sarama.ConsumerGroupSession) error { return nil }
func (h *bare) ConsumeClaim(_ sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	n := int64(0)
	for range claim.Messages() {
		if n++; n == 256 || len(claim.Messages()) == 0 {
			h.add(n)
			n = 0
		}
	}
	return nil
}

func benchTopic(b *testing.B) Config {
	b.Helper()
	cfg := Config{Brokers: stacktest.Kafka(b), TopicPrefix: fmt.Sprintf("kbench-%d-", time.Now().UnixNano())}
	makeTopic(b, cfg, "bench", 8)
	return cfg
}

func fill(b *testing.B, cfg Config, n int64) {
	b.Helper()
	p, err := NewPublisher(cfg, PublisherConfig{})
	if err != nil {
		b.Fatal(err)
	}
	publishAll(b, p, n)
	closing(b, p)
}

func publishAll(b *testing.B, p *Publisher, n int64) {
	b.Helper()
	var left atomic.Int64
	left.Store(n)
	var callers sync.WaitGroup
	for range benchCallers {
		callers.Go(func() {
			records := benchRecords(benchCall)
			for {
				from := left.Add(-benchCall) + benchCall
				if from <= 0 {
					return
				}
				if err := p.Publish(context.Background(), "bench", records[:min(from, benchCall)]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	callers.Wait()
}

func benchRecords(n int) []pipelines.Record {
	records := make([]pipelines.Record, n)
	for i := range records {
		id := fmt.Sprintf("D%07d", (i*7919)%100000)
		records[i] = pipelines.Record{
			Key: []byte(id),
			Value: []byte(`{"driverId":"` + id + `","ts":` + strconv.Itoa(1790000000123+i*37) + `,"lat":31.` + strconv.Itoa(200000+i*71) +
				`,"lon":121.` + strconv.Itoa(400000+i*53) + `,"speed":8.` + strconv.Itoa(i%10) + `,"heading":` + strconv.Itoa(i%360) + `,"status":"idle"}`),
		}
	}
	return records
}

// measure times work and what CPU this process spends on it.
func measure(b *testing.B, seen *counter, work func()) {
	b.Helper()
	before := cpu(b)
	b.ResetTimer()
	work()
	b.StopTimer()
	took := b.Elapsed()
	if seen != nil {
		took = seen.last.Sub(seen.first)
	}
	b.ReportMetric(float64(b.N)/took.Seconds()/1e6, "M/s")
	b.ReportMetric((cpu(b)-before).Seconds()*1e6/float64(b.N), "cpu-s/M")
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
