package embedded

import (
	"context"
	"errors"
	"sync"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

func TestUnfitWritesAreTheirOwnMatter(t *testing.T) {
	s := newStore(t, Config{NoSync: true})
	p := pingOf(1, 1_790_000_000_000)
	live, history := asLive(&p), asHistory(&p)
	for reason, w := range map[string]pipelines.Write{
		"no_id":               {Target: live.Target, Version: 1, Body: live.Body},
		"id_too_long":         {Target: live.Target, Version: 1, Key: make([]byte, 513), Body: live.Body},
		"bad_id":              {Target: live.Target, Version: 1, Key: []byte{0xff}, Body: live.Body},
		"empty_body":          {Target: live.Target, Version: 1, Key: live.Key},
		"too_large":           {Target: live.Target, Version: 1, Key: live.Key, Body: make([]byte, maxBodyBytes+1)},
		"version_missing":     {Target: live.Target, Key: live.Key, Body: live.Body},
		"version_not_allowed": {Target: history.Target, Version: 1, Key: history.Key, Body: history.Body},
	} {
		results := make([]pipelines.Result, 2)
		p.TS++
		good := asLive(&p)
		if err := s.Write(t.Context(), []pipelines.Write{w, good}, results); err != nil {
			t.Fatal(err)
		}
		if results[0].Reason != reason || results[0].Verdict != pipelines.Poison && results[0].Verdict != pipelines.Refused {
			t.Errorf("%s is %v", reason, results[0])
		}
		if results[1].Verdict != pipelines.Stored {
			t.Errorf("the one beside %s is %v", reason, results[1])
		}
	}
}

// TestWritesThatLeave gives up waiting at any moment; the batch's memory is the caller's again, which the race detector
// watches.
func TestWritesThatLeave(t *testing.T) {
	s := newStore(t, Config{NoSync: true})
	var all sync.WaitGroup
	for lane := range 4 {
		all.Go(func() {
			for i := range 40 {
				ctx, cancel := context.WithCancel(t.Context())
				writes := batchOf(200, uint64(lane*100+i), asLive)
				go cancel()
				err := s.Write(ctx, writes, make([]pipelines.Result, len(writes)))
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				for k := range writes {
					clear(writes[k].Body)
					clear(writes[k].Key)
				}
			}
		})
	}
	all.Wait()
	seen := 0
	err := s.Documents(t.Context(), schemas.DocumentsQuery{Family: schemas.PositionsIndex}, func(d schemas.Document) error {
		if seen++; d.Body[0] != '{' {
			t.Errorf("%q was written after its caller had left", d.ID)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestClosedStore(t *testing.T) {
	s := newStore(t, Config{NoSync: true})
	written(t, s, 10, 1_790_000_000_000)
	closeStore(t, s)
	p := pingOf(1, 1_790_000_000_001)
	if err := s.Write(t.Context(), []pipelines.Write{asLive(&p)}, make([]pipelines.Result, 1)); !errors.Is(err, errClosed) {
		t.Errorf("writing: %v", err)
	}
	if err := s.Ready(t.Context()); !errors.Is(err, schemas.ErrUnavailable) {
		t.Errorf("ready: %v", err)
	}
	if _, err := s.Track(t.Context(), schemas.TrackQuery{DriverID: "D0000001", To: 1_800_000_000_000, Limit: 1}); !errors.Is(err, schemas.ErrUnavailable) {
		t.Errorf("track: %v", err)
	}
}
