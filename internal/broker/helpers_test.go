package broker

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"

	"sluice/internal/kafka"
	"sluice/pipelines"
)

// recorder is an observer that remembers.
type recorder struct {
	mu      sync.Mutex
	rooms   []bool
	repairs []Repair
	errs    []error
	changed chan struct{} // room for one
	hold    chan struct{} // when not nil, BrokerFailed returns when it is closed
}

func newRecorder() *recorder { return &recorder{changed: make(chan struct{}, 1)} }

func (r *recorder) RoomChanged(accepting bool, _ int64) {
	r.mu.Lock()
	r.rooms = append(r.rooms, accepting)
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *recorder) Repaired(done Repair) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.repairs = append(r.repairs, done)
}

func (r *recorder) BrokerFailed(err error) {
	r.mu.Lock()
	r.errs = append(r.errs, err)
	r.mu.Unlock()
	if r.hold != nil {
		<-r.hold
	}
}

func (r *recorder) mended() []Repair {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Repair(nil), r.repairs...)
}

func (r *recorder) failures() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]error(nil), r.errs...)
}

// live is a broker that runs until stop.
type live struct {
	*Broker
	*recorder
	cfg  Config
	stop func()
}

// start runs a broker on a free port.
func start(t testing.TB, cfg Config) *live {
	t.Helper()
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	if cfg.SegmentBytes == 0 {
		cfg.SegmentBytes = minSegmentBytes
	}
	l := &live{recorder: newRecorder(), cfg: cfg}
	var err error
	if l.Broker, err = New(cfg, l.recorder); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	l.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("running: %v", err)
		}
	})
	t.Cleanup(l.stop)
	return l
}

func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// makeTopics makes topics as sluice does.
func makeTopics(t testing.TB, addr string, specs ...kafka.TopicSpec) []kafka.TopicReport {
	t.Helper()
	admin, err := kafka.NewAdmin(kafka.Config{Brokers: []string{addr}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { check(t, admin.Close()) }()
	reports, err := admin.Setup(within(t, 10*time.Second), specs)
	if err != nil {
		t.Fatal(err)
	}
	return reports
}

func newPublisher(t testing.TB, addr string, limits kafka.PublisherConfig) *kafka.Publisher {
	t.Helper()
	p, err := kafka.NewPublisher(kafka.Config{Brokers: []string{addr}}, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, p.Close()) })
	return p
}

// publish writes n records with a value each that says its number.
func publish(t testing.TB, p *kafka.Publisher, topic string, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		one := []pipelines.Record{{Key: []byte("k"), Value: fmt.Appendf(nil, "v%d", i)}}
		if err := p.Publish(within(t, 10*time.Second), topic, one); err != nil {
			t.Fatal(err)
		}
	}
}

func client(t testing.TB, addr string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	c, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(addr), kgo.MaxVersions(kversion.V3_4_0())}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// readAll reads a topic from its start until a marker has come back in every partition.
func readAll(t testing.TB, addr, topic string, partitions int32) []*kgo.Record {
	t.Helper()
	ctx := within(t, 30*time.Second)
	c := client(t, addr, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	defer c.Close()
	for p := range partitions {
		marker := &kgo.Record{Topic: topic, Partition: p, Value: []byte("marker")}
		if err := c.ProduceSync(ctx, marker).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	var all []*kgo.Record
	for markers := int32(0); markers < partitions; {
		fetched := c.PollFetches(ctx)
		if err := fetched.Err(); err != nil {
			t.Fatal(err)
		}
		fetched.EachRecord(func(r *kgo.Record) {
			if string(r.Value) == "marker" {
				markers++
				return
			}
			all = append(all, r)
		})
	}
	return all
}

func values(records []*kgo.Record) []string {
	said := make([]string, len(records))
	for i, r := range records {
		said[i] = string(r.Value)
	}
	return said
}

func numbered(from, to int) []string {
	var said []string
	for i := from; i < to; i++ {
		said = append(said, fmt.Sprintf("v%d", i))
	}
	return said
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func kerrOf(code int16) error { return kerr.ErrorForCode(code) }

func sealBatch(raw []byte) {
	binary.BigEndian.PutUint32(raw[batchCRC:], crc32.Checksum(raw[batchAttributes:], castagnoli()))
}

// fileSize is 0 for a file that has gone.
func fileSize(path string) int64 {
	found, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return found.Size()
}
