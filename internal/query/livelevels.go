package query

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"sluice/schemas"
)

// levelFeed gathers changes of level as they are published, for all streams that watch them. A change that is not after the
// last one of its member is left out: whoever publishes may do so twice.
type levelFeed struct {
	cfg     LiveConfig
	changes LevelChanges
	obs     Observer

	mu       sync.Mutex
	gathered []event
	cut      bool
	recent   []event // a ring; ts is when it was sent, ms since 1970 UTC
	oldest   int     // of the ring
	newest   map[string]stamp
}

// stamp orders the changes of one member.
type stamp struct{ epoch, version int64 }

func newLevelFeed(cfg LiveConfig, changes LevelChanges, obs Observer) *levelFeed {
	return &levelFeed{cfg: cfg, changes: changes, obs: obs, newest: map[string]stamp{}}
}

// run follows until ctx ends, and hands on what is gathered.
func (f *levelFeed) run(ctx context.Context, tell func(found *poll)) {
	var following sync.WaitGroup
	defer following.Wait()
	following.Go(func() {
		if err := f.changes.Follow(ctx, f.hear); err != nil && ctx.Err() == nil {
			f.obs.QueryFailed(pathLive, fmt.Errorf("following levels: %w", err))
		}
	})
	tick := time.NewTicker(f.cfg.Levels)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if found := f.take(); found != nil {
			tell(found)
		}
	}
}

// hear takes one change in.
func (f *levelFeed) hear(value []byte) {
	var c schemas.LevelChanged
	if err := schemas.DecodeLevel(&c, value); err != nil {
		f.obs.QueryFailed(pathLive, fmt.Errorf("following levels: %w", err))
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if last, known := f.newest[c.MemberID]; known && !c.After(last.epoch, last.version) {
		return
	}
	if len(f.newest) >= 2*f.cfg.RecentLevels {
		clear(f.newest) // some repetitions are then sent; each says its epoch and version
	}
	f.newest[c.MemberID] = stamp{c.Epoch, c.Version}
	if len(f.gathered) >= f.cfg.MaxLevels {
		f.cut = true
		return
	}
	at := time.Now().UnixMilli()
	sent := event{driver: c.MemberID, ts: at, frame: levelFrame(at, &c)}
	f.gathered = append(f.gathered, sent)
	if len(f.recent) < f.cfg.RecentLevels {
		f.recent = append(f.recent, sent)
		return
	}
	f.recent[f.oldest] = sent
	f.oldest = (f.oldest + 1) % len(f.recent)
}

// take is what was gathered, nil when there is nothing.
func (f *levelFeed) take() *poll {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.gathered) == 0 {
		return nil
	}
	found := &poll{levels: true, events: f.gathered, cut: f.cut}
	f.gathered, f.cut = nil, false
	return found
}

// since is the changes that were sent then or later, as far as they are kept: for a stream that comes back.
func (f *levelFeed) since(ms int64) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	var text []byte
	for i := range f.recent {
		if e := &f.recent[(f.oldest+i)%len(f.recent)]; e.ts >= ms {
			text = append(text, e.frame...)
		}
	}
	return text
}

// levelFrame is a change as an event. It is encoded anew: what a record holds may have line breaks.
func levelFrame(id int64, c *schemas.LevelChanged) []byte {
	frame := append([]byte(nil), "event: level\nid: "...)
	frame = strconv.AppendInt(frame, id, 10)
	frame = append(frame, "\ndata: "...)
	frame = schemas.AppendLevelJSON(frame, c)
	return append(frame, "\n\n"...)
}
