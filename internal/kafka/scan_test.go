package kafka

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/pipelines"
)

func scannerOf(t *testing.T, cfg Config) *Scanner {
	t.Helper()
	s, err := NewScanner(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, s) })
	return s
}

// scanned is what a scan gives: per partition the offsets.
func scanned(t *testing.T, s *Scanner, r Range) map[int32][]int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got := map[int32][]int64{}
	err := s.Scan(ctx, "pings", r, func(part pipelines.Partition, rec *pipelines.Record) error {
		if part.Topic != "pings" {
			t.Fatalf("a record of %s", part.Topic)
		}
		got[part.ID] = append(got[part.ID], rec.Offset)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// timed publishes n records a second apart, one batch for each three.
func timed(t *testing.T, p *Publisher, from int64, n int) {
	t.Helper()
	for first := 0; first < n; first += 3 {
		var records []pipelines.Record
		for i := first; i < min(first+3, n); i++ {
			records = append(records, pipelines.Record{
				Time: from + int64(i)*1000, Key: fmt.Appendf(nil, "D%03d", i), Value: fmt.Appendf(nil, "value %d", i),
				Headers: []pipelines.Header{{Key: "n", Value: fmt.Append(nil, i)}},
			})
		}
		if err := p.Publish(t.Context(), "pings", records); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScanReadsEveryPartitionInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 3)
		timed(t, publisherOf(t, cfg, PublisherConfig{}), 1_790_000_000_000, 50)
		got := scanned(t, scannerOf(t, cfg), Range{})
		n := 0
		for id, offsets := range got {
			for i, offset := range offsets {
				if offset != int64(i) {
					t.Fatalf("partition %d: record %d has offset %d", id, i, offset)
				}
			}
			n += len(offsets)
		}
		if n != 50 || len(got) != 3 {
			t.Fatalf("%d records of %d partitions, want 50 of 3", n, len(got))
		}
	})
}

func TestScanByTime(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		from := time.Now().Add(-time.Hour).UnixMilli()
		timed(t, publisherOf(t, cfg, PublisherConfig{}), from, 20)
		s := scannerOf(t, cfg)
		at := func(second float64) time.Time { return time.UnixMilli(from + int64(second*1000)) }
		for name, c := range map[string]struct {
			r           Range
			first, last int64
		}{
			"all":             {Range{}, 0, 20},
			"from":            {Range{From: at(4)}, 4, 20},
			"from in between": {Range{From: at(4.5)}, 5, 20},
			"to":              {Range{To: at(7)}, 0, 7},
			"both":            {Range{From: at(4.5), To: at(7.5)}, 5, 8},
			"before all":      {Range{To: at(-5)}, 0, 0},
			"after all":       {Range{From: at(100)}, 20, 20},
			"to after all":    {Range{From: at(18), To: at(100)}, 18, 20},
		} {
			got := scanned(t, s, c.r)[0]
			if int64(len(got)) != c.last-c.first || len(got) > 0 && (got[0] != c.first || got[len(got)-1] != c.last-1) {
				t.Errorf("%s: %v, want [%d, %d)", name, got, c.first, c.last)
			}
		}
	})
}

func TestScanEndsAtTheSnapshotAndWithItsContext(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		p := publisherOf(t, cfg, PublisherConfig{})
		publish(t, p, "pings", 10)
		s := scannerOf(t, cfg)
		n := 0
		err := s.Scan(t.Context(), "pings", Range{}, func(pipelines.Partition, *pipelines.Record) error {
			if n == 0 {
				publish(t, p, "pings", 10)
			}
			n++
			return nil
		})
		if err != nil || n != 10 {
			t.Errorf("%d records, %v; want the 10 that were there", n, err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		err = s.Scan(ctx, "pings", Range{}, func(pipelines.Partition, *pipelines.Record) error { cancel(why); return nil })
		if err != nil && !errors.Is(err, why) {
			t.Errorf("a cancelled scan: %v", err)
		}
		err = s.Scan(t.Context(), "pings", Range{}, func(pipelines.Partition, *pipelines.Record) error { return why })
		if !errors.Is(err, why) {
			t.Errorf("a scan that is told to end: %v", err)
		}
	})
}

func TestScanSkipsMarkersAndWhatWasDeleted(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		transact(t, cfg, 5, true)  // 0-4, marker 5
		transact(t, cfg, 5, false) // 6-10, marker 11
		deleteBefore(t, cfg, "pings", 3)
		got := scanned(t, scannerOf(t, cfg), Range{})[0]
		if want := []int64{3, 4, 6, 7, 8, 9, 10}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("read %v, want %v", got, want)
		}
	})
}

func TestScanEndsWhenRetentionTakesTheRest(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 10)
		s := scannerOf(t, cfg)
		spans, err := s.Spans(t.Context(), "pings", Range{})
		if err != nil {
			t.Fatal(err)
		}
		deleteBefore(t, cfg, "pings", 10)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := s.Read(ctx, "pings", spans[0], func(rec *pipelines.Record) error { return fmt.Errorf("read %d", rec.Offset) }); err != nil {
			t.Error(err)
		}
	})
}

func TestAtReadsOneRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		timed(t, publisherOf(t, cfg, PublisherConfig{}), 1_790_000_000_000, 8)
		deleteBefore(t, cfg, "pings", 2)
		s := scannerOf(t, cfg)
		rec, err := s.At(t.Context(), "pings", 0, 5)
		if err != nil || string(rec.Value) != "value 5" || string(rec.Header("n")) != "5" || rec.Offset != 5 || rec.Time != 1_790_000_005_000 {
			t.Errorf("%+v, %v", rec, err)
		}
		for _, offset := range []int64{1, 8, -1} {
			if _, err := s.At(t.Context(), "pings", 0, offset); !errors.Is(err, ErrGone) {
				t.Errorf("offset %d: %v", offset, err)
			}
		}
		if _, err := s.At(t.Context(), "pings", 7, 0); !errors.Is(err, ErrGone) {
			t.Errorf("another partition: %v", err)
		}
	})
}

func TestScanSaysThatTheTopicIsMissing(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		_, err := scannerOf(t, cfg).Spans(t.Context(), "never-made", Range{})
		if !errors.Is(err, ErrNoTopic) {
			t.Errorf("got %v", err)
		}
	})
}

func TestScanGivesUpOnABrokerThatIsGone(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Brokers: cluster.ListenAddrs(), DialTimeout: time.Second}
	s := scannerOf(t, cfg)
	s.fetch = quick(s.fetch)
	p := publisherOf(t, cfg, PublisherConfig{})
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	if _, err := admin.Setup(t.Context(), []TopicSpec{{Name: "pings", Partitions: 2, Replication: 1}}); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		publish(t, p, "pings", 2)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err = s.Scan(ctx, "pings", Range{}, func(pipelines.Partition, *pipelines.Record) error { cluster.Close(); return nil })
	if err == nil || ctx.Err() != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestScanReadsSeveralBrokers(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	cfg := Config{Brokers: cluster.ListenAddrs()}
	makeTopic(t, cfg, "pings", 6)
	timed(t, publisherOf(t, cfg, PublisherConfig{}), 1_790_000_000_000, 60)
	n := 0
	for _, offsets := range scanned(t, scannerOf(t, cfg), Range{}) {
		n += len(offsets)
	}
	if n != 60 {
		t.Errorf("%d records, want 60", n)
	}
}
