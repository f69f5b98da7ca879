package kafka

import (
	"context"
	"errors"
	"testing"
	"time"

	"sluice/pipelines"
)

func TestPlacesAreKeptWithTheirNotes(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 3)
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 30)
		admin, err := NewAdmin(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer closing(t, admin)
		group := cfg.TopicPrefix + "places"
		if got, err := admin.Places(t.Context(), group, "pings"); err != nil || len(got) != 0 {
			t.Fatalf("before: %v, %v", got, err)
		}
		if err := admin.PutPlaces(t.Context(), group, "pings", []Place{{0, 3, "note 0"}, {2, 4, "note 2"}}); err != nil {
			t.Fatal(err)
		}
		got, err := admin.Places(t.Context(), group, "pings")
		if err != nil || len(got) != 2 || got[0] != (Place{0, 3, "note 0"}) || got[1] != (Place{2, 4, "note 2"}) {
			t.Fatalf("after: %v, %v", got, err)
		}
		if err := admin.RemoveGroup(t.Context(), group); err != nil {
			t.Fatal(err)
		}
		if got, err := admin.Places(t.Context(), group, "pings"); err != nil || len(got) != 0 {
			t.Errorf("after its removal: %v, %v", got, err)
		}
		if err := admin.RemoveGroup(t.Context(), group); err != nil {
			t.Errorf("removing what is not there: %v", err)
		}
	})
}

func TestAGroupWithMembersIsLeftAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 10)
		admin, err := NewAdmin(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer closing(t, admin)
		group := cfg.TopicPrefix + "group"
		notes := GroupConfig{Notes: map[int32]string{0: "as noted"}}
		serving(t, cfg, notes, failing{t}, func(ctx context.Context, src pipelines.Source) error {
			if err := admin.PutPlaces(ctx, group, "pings", []Place{{0, 1, ""}}); !errors.Is(err, ErrGroupBusy) {
				t.Errorf("committing for a group with members: %v", err)
			}
			if err := admin.RemoveGroup(ctx, group); !errors.Is(err, ErrGroupBusy) {
				t.Errorf("removing a group with members: %v", err)
			}
			return src.Commit(ctx, 7)
		})
		got, err := admin.Places(t.Context(), group, "pings")
		if err != nil || len(got) != 1 || got[0] != (Place{0, 7, "as noted"}) {
			t.Errorf("after: %v, %v", got, err)
		}
		if err := admin.RemoveGroup(t.Context(), group); err != nil {
			t.Error(err)
		}
	})
}

func TestDeleteBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 1)
		publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 10)
		admin, err := NewAdmin(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer closing(t, admin)
		if err := admin.DeleteBefore(t.Context(), "pings", map[int32]int64{0: 4}); err != nil {
			t.Fatal(err)
		}
		spans, err := scannerOf(t, cfg).Spans(t.Context(), "pings", Range{})
		if err != nil || len(spans) != 1 || spans[0] != (Span{0, 4, 10}) {
			t.Errorf("spans %v, %v", spans, err)
		}
	})
}

func TestPublishToOnePartition(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg Config) {
		makeTopic(t, cfg, "pings", 3)
		p := publisherOf(t, cfg, PublisherConfig{})
		part := pipelines.Partition{Topic: "pings", ID: 2}
		if err := p.PublishTo(t.Context(), part, someRecords(30)); err != nil {
			t.Fatal(err)
		}
		if got := scanned(t, scannerOf(t, cfg), Range{}); len(got) != 1 || len(got[2]) != 30 {
			t.Errorf("got %v", got)
		}
		for _, id := range []int32{3, -1} {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			if err := p.PublishTo(ctx, pipelines.Partition{Topic: "pings", ID: id}, someRecords(1)); !errors.Is(err, ErrNoPartition) {
				t.Errorf("partition %d: %v", id, err)
			}
			cancel()
		}
	})
}
