package kafka

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sluice/internal/stacktest"
	"sluice/pipelines"
)

func TestSmoke(t *testing.T) {
	cfg := Config{Brokers: stacktest.Kafka(t), TopicPrefix: fmt.Sprintf("kt-%d-", time.Now().UnixNano())}
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for range 2 {
		rep, err := admin.Setup(ctx, []TopicSpec{{Name: "a", Partitions: 4, Replication: 1, Settings: map[string]string{"retention.ms": "100000"}}})
		t.Log(rep, err)
	}
	defer func() { _, ad, _ := admin.connect(); t.Log(ad.DeleteTopic(cfg.topic("a"))) }()
	p, err := NewPublisher(cfg, PublisherConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for n := range 5 {
		var recs []pipelines.Record
		for i := range 1000 {
			recs = append(recs, pipelines.Record{Key: []byte(fmt.Sprintf("d%d", i%37)), Value: []byte(fmt.Sprint(n*1000 + i)), Headers: []pipelines.Header{{Key: "a", Value: []byte("b")}}})
		}
		t0 := time.Now()
		if err := p.Publish(ctx, "a", recs); err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(t0))
	}
	t.Log(admin.Lag(ctx, "g", "a"))
	g, err := NewGroup(cfg, cfg.TopicPrefix+"g", "a", GroupConfig{}, obs{t})
	if err != nil {
		t.Fatal(err)
	}
	gctx, stop := context.WithCancel(ctx)
	seen := make(chan int, 100)
	done := make(chan error)
	go func() {
		done <- g.Run(gctx, func(ctx context.Context, part pipelines.Partition, src pipelines.Source) error {
			dst := make([]pipelines.Record, 100)
			for {
				n, err := src.Poll(ctx, dst)
				if err != nil {
					t.Log(part, err)
					return nil
				}
				cctx, c := context.WithTimeout(context.Background(), 5*time.Second)
				if err := src.Commit(cctx, dst[n-1].Offset+1); err != nil {
					t.Error(err)
				}
				c()
				seen <- n
			}
		})
	}()
	t0 := time.Now()
	for total := 0; total < 5000; {
		select {
		case n := <-seen:
			total += n
		case <-ctx.Done():
			t.Fatal("late", total)
		}
	}
	t.Log("consumed", time.Since(t0))
	t.Log(admin.Lag(ctx, cfg.TopicPrefix+"g", "a"))
	stop()
	t0 = time.Now()
	t.Log(<-done, time.Since(t0))
}

type obs struct{ t *testing.T }

func (o obs) GroupFailed(err error)                          { o.t.Log("failed", err) }
func (o obs) GroupGap(p pipelines.Partition, from, to int64) { o.t.Log("gap", p, from, to) }
