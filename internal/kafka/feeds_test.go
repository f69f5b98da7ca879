package kafka

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"sluice/internal/pause"
	"sluice/pipelines"
)

func feedsOf(t *testing.T, cfg Config) []pipelines.Feed {
	t.Helper()
	admin, err := NewAdmin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, admin)
	feeds, err := admin.Feeds(t.Context(), cfg.TopicPrefix+"group", "pings")
	if err != nil {
		t.Fatal(err)
	}
	for i := range feeds {
		if feeds[i].Topic == "" {
			t.Errorf("%v has no topic", feeds[i].Part)
		}
		feeds[i].Topic = ""
	}
	return feeds
}

func TestFeedsStandWhereSourcesWould(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 2)
		p := publisherOf(t, cfg, PublisherConfig{})
		for id := range int32(2) {
			if err := p.PublishTo(t.Context(), pipelines.Partition{Topic: "pings", ID: id}, make([]pipelines.Record, 10)); err != nil {
				t.Fatal(err)
			}
		}
		zero, one := pipelines.Feed{Part: pingsPart, End: 10, Fresh: true}, pipelines.Feed{Part: pipelines.Partition{Topic: "pings", ID: 1}, End: 10, Fresh: true}
		is := func(when string) {
			t.Helper()
			if got := feedsOf(t, cfg); !slices.Equal(got, []pipelines.Feed{zero, one}) {
				t.Errorf("%s: %+v", when, got)
			}
		}
		is("without commits")
		putCommit(t, cfg, commit{next: 6, epoch: unknownEpoch})
		zero.Next, zero.Fresh = 6, false
		is("with one commit")
		deleteBefore(t, cfg, "pings", 8)
		zero.Next, zero.Oldest = 8, 8
		is("behind retention")
	})
}

func TestNumbersAreGivenOnceAndGrow(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "epochs", 1)
		var mu sync.Mutex
		var all []int64
		var drawing sync.WaitGroup
		for range 4 {
			n, err := NewNumbers(cfg, "epochs")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { closing(t, n) })
			drawing.Go(func() {
				last := int64(0)
				for range 5 {
					number, err := n.Next(t.Context(), 0)
					if err != nil || number <= last {
						t.Errorf("drew %d behind %d: %v", number, last, err)
					}
					last = number
					mu.Lock()
					all = append(all, number)
					mu.Unlock()
				}
			})
		}
		drawing.Wait()
		slices.Sort(all)
		if len(all) != 20 || len(slices.Compact(all)) != 20 {
			t.Errorf("drew %v", all)
		}
		n, err := NewNumbers(cfg, "epochs")
		if err != nil {
			t.Fatal(err)
		}
		defer closing(t, n)
		if number, err := n.Next(t.Context(), 1000); err != nil || number != 1001 {
			t.Errorf("above 1000: %d, %v", number, err) // as with a topic that was made anew
		}
	})
}

func TestNumbersOfATopicThatIsNotThere(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		n, err := NewNumbers(cfg, "nowhere")
		if err != nil {
			t.Fatal(err)
		}
		defer closing(t, n)
		if number, err := n.Next(t.Context(), 0); err == nil {
			t.Errorf("drew %d", number)
		}
	})
}

func TestFollowGivesWhatComesFromNowOnAndInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		cfg.MetadataMaxAge = 100 * time.Millisecond
		makeTopic(t, cfg, "pings", 1)
		p := publisherOf(t, cfg, PublisherConfig{})
		publish(t, p, "pings", 10)
		s, err := NewScanner(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer closing(t, s)
		type seen struct {
			partition int32
			offset    int64
		}
		came := make(chan seen, 100)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- s.Follow(ctx, "pings", failing{t}, func(part pipelines.Partition, rec *pipelines.Record) { came <- seen{part.ID, rec.Offset} })
		}()
		defer func() {
			stop()
			if err := <-ended; err != nil {
				t.Errorf("ended with %v", err)
			}
		}()
		next := func(what string) seen {
			t.Helper()
			select {
			case got := <-came:
				return got
			case <-time.After(20 * time.Second):
				t.Fatalf("waiting for %s", what)
				return seen{}
			}
		}
		for len(came) == 0 { // until it has begun
			publish(t, p, "pings", 1)
			pause.AtMost(ctx, 20*time.Millisecond)
		}
		first := next("a record")
		if first.offset < 10 {
			t.Errorf("began with offset %d, which was there before", first.offset)
		}
		publish(t, p, "pings", 5)
		end := written(t, cfg, "pings")
		for at := first.offset + 1; at < end; at++ {
			if got := next("the next record"); got != (seen{0, at}) {
				t.Fatalf("got %+v, want offset %d", got, at)
			}
		}
		addPartition(t, cfg)
		if err := publisherOf(t, cfg, PublisherConfig{}).PublishTo(ctx, pipelines.Partition{Topic: "pings", ID: 1}, make([]pipelines.Record, 3)); err != nil {
			t.Fatal(err)
		}
		for at := range int64(3) {
			if got := next("a record of the new partition"); got != (seen{1, at}) {
				t.Fatalf("got %+v, want offset %d of the new partition", got, at)
			}
		}
	})
}
