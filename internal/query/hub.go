package query

import (
	"context"
	"sync"

	"sluice/schemas"
)

// live carries the live streams: one poller per distinct box, however many watch it, and one feed of levels.
type live struct {
	cfg    Config
	area   Area
	obs    Observer
	levels *levelFeed // nil: this installation has none

	mu       sync.Mutex
	ctx      context.Context //nolint:containedctx // of run: pollers start with their first watcher and end with run
	pollers  map[schemas.Box]*poller
	watchers map[*watcher]struct{} // all of them
	working  sync.WaitGroup
}

// poller looks at one box for all who watch it.
type poller struct {
	box      schemas.Box
	watchers map[*watcher]struct{}
	end      context.CancelFunc
}

// watcher is one stream. Its polls end when the stream must: at the stop, or when it reads too slowly.
type watcher struct {
	polls  chan *poll
	poller *poller // nil: it has no positions
	levels bool
}

func newLive(cfg Config, area Area, changes LevelChanges, obs Observer) *live {
	l := &live{cfg: cfg, area: area, obs: obs, pollers: map[schemas.Box]*poller{}, watchers: map[*watcher]struct{}{}}
	if changes != nil {
		l.levels = newLevelFeed(cfg.Live, changes, obs)
	}
	return l
}

// run lets streams begin until ctx ends; then it ends them and waits for the pollers.
func (l *live) run(ctx context.Context) {
	l.mu.Lock()
	l.ctx = ctx
	l.mu.Unlock()
	if l.levels != nil {
		l.working.Go(func() { l.levels.run(ctx, l.tellLevels) })
	}
	<-ctx.Done()
	l.mu.Lock()
	l.ctx = nil
	for w := range l.watchers {
		l.drop(w)
	}
	l.mu.Unlock()
	l.working.Wait()
}

// join begins to watch a box, levels, or both; nil when no stream can begin now.
func (l *live) join(wanted topics, box schemas.Box) *watcher {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx == nil || len(l.watchers) >= l.cfg.Live.MaxSubscribers {
		return nil
	}
	w := &watcher{polls: make(chan *poll, l.cfg.Live.QueuedPolls), levels: wanted.levels}
	if wanted.positions {
		w.poller = l.polling(box)
		w.poller.watchers[w] = struct{}{}
	}
	l.watchers[w] = struct{}{}
	l.obs.LiveSubscribers(len(l.watchers))
	return w
}

// polling is the poller of a box. The lock is held.
func (l *live) polling(box schemas.Box) *poller {
	p, polled := l.pollers[box]
	if !polled {
		ctx, cancel := context.WithCancel(l.ctx)
		p = &poller{box: box, watchers: map[*watcher]struct{}{}, end: cancel}
		l.pollers[box] = p
		l.working.Go(func() { l.poll(ctx, p) })
	}
	return p
}

// leave ends watching, however it came to an end.
func (l *live) leave(w *watcher) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(w)
}

// drop forgets a watcher, and its poller with the last one. The lock is held.
func (l *live) drop(w *watcher) {
	if _, there := l.watchers[w]; !there {
		return
	}
	delete(l.watchers, w)
	close(w.polls)
	if p := w.poller; p != nil {
		delete(p.watchers, w)
		if len(p.watchers) == 0 {
			p.end()
			delete(l.pollers, p.box)
		}
	}
	l.obs.LiveSubscribers(len(l.watchers))
}

// tell hands a poll to all who watch its box.
func (l *live) tell(p *poller, found *poll) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range p.watchers {
		l.hand(w, found)
	}
}

// tellLevels hands changes to all who watch levels.
func (l *live) tellLevels(found *poll) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.watchers {
		if w.levels {
			l.hand(w, found)
		}
	}
}

// hand gives a poll to one watcher; who has no room for it is dropped. The lock is held.
func (l *live) hand(w *watcher, found *poll) {
	select {
	case w.polls <- found:
	default:
		l.obs.LiveDropped()
		l.drop(w)
	}
}
