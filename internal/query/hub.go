package query

import (
	"context"
	"sync"

	"sluice/schemas"
)

// live carries the live streams: one poller per distinct box, however many watch it.
type live struct {
	cfg  Config
	area Area
	obs  Observer

	mu       sync.Mutex
	ctx      context.Context //nolint:containedctx // of run: pollers start with their first watcher and end with run
	pollers  map[schemas.Box]*poller
	watching int
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
	poller *poller
}

func newLive(cfg Config, area Area, obs Observer) *live {
	return &live{cfg: cfg, area: area, obs: obs, pollers: map[schemas.Box]*poller{}}
}

// run lets streams begin until ctx ends; then it ends them and waits for the pollers.
func (l *live) run(ctx context.Context) {
	l.mu.Lock()
	l.ctx = ctx
	l.mu.Unlock()
	<-ctx.Done()
	l.mu.Lock()
	l.ctx = nil
	for _, p := range l.pollers {
		for w := range p.watchers {
			l.drop(w)
		}
	}
	l.mu.Unlock()
	l.working.Wait()
}

// join begins to watch a box; nil when no stream can begin now.
func (l *live) join(box schemas.Box) *watcher {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx == nil || l.watching >= l.cfg.Live.MaxSubscribers {
		return nil
	}
	p, polled := l.pollers[box]
	if !polled {
		ctx, cancel := context.WithCancel(l.ctx)
		p = &poller{box: box, watchers: map[*watcher]struct{}{}, end: cancel}
		l.pollers[box] = p
		l.working.Go(func() { l.poll(ctx, p) })
	}
	w := &watcher{polls: make(chan *poll, l.cfg.Live.QueuedPolls), poller: p}
	p.watchers[w] = struct{}{}
	l.watching++
	l.obs.LiveSubscribers(l.watching)
	return w
}

// leave ends watching, however it came to an end.
func (l *live) leave(w *watcher) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(w)
}

// drop forgets a watcher, and its poller with the last one. The lock is held.
func (l *live) drop(w *watcher) {
	if _, there := w.poller.watchers[w]; !there {
		return
	}
	delete(w.poller.watchers, w)
	close(w.polls)
	if len(w.poller.watchers) == 0 {
		w.poller.end()
		delete(l.pollers, w.poller.box)
	}
	l.watching--
	l.obs.LiveSubscribers(l.watching)
}

// tell hands a poll to all who watch; who has no room for it is dropped.
func (l *live) tell(p *poller, found *poll) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range p.watchers {
		select {
		case w.polls <- found:
		default:
			l.obs.LiveDropped()
			l.drop(w)
		}
	}
}
