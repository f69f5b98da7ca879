package embedded

import (
	"sync"
	"sync/atomic"
)

// index is every driver's latest position in memory: by id for those who ask for one, by place for
// those who search. It holds what the database has committed, and nothing else.
type index struct {
	mu   sync.RWMutex // of byID; held for one driver at a time
	byID map[string]*driver

	tree  tree // the writer's own
	shown atomic.Pointer[node]
}

func newIndex() *index { return &index{byID: map[string]*driver{}} }

// places is the tree as the last apply left it.
func (x *index) places() *node { return x.shown.Load() }

// get is one driver, nil when there is none.
func (x *index) get(id string) *driver {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.byID[id]
}

// size is how many drivers there are.
func (x *index) size() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.byID)
}

// apply takes in what was committed, in the order of the commit, and shows it to searches all at
// once. One goroutine at a time calls it.
func (x *index) apply(committed []*driver) {
	for _, d := range committed {
		old := x.byID[d.id] // nobody else writes: no lock to read
		x.put(old, d)
		if old != nil {
			d.id = old.id // the map keeps the first copy as its key: let the second go
		}
		x.mu.Lock()
		x.byID[d.id] = d
		x.mu.Unlock()
	}
	x.shown.Store(x.tree.snapshot())
}

// put changes the tree from a driver's old position to the new one.
func (x *index) put(old, d *driver) {
	was := old != nil && old.placed()
	switch {
	case was && d.placed():
		x.tree.replace(old, d)
	case was:
		x.tree.remove(old)
	case d.placed():
		x.tree.insert(d)
	}
}
