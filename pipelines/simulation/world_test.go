package simulation

import (
	"context"
	"sort"
	"sync"
	"time"

	"sluice/pipelines/pipelinestest"
)

// world is everything around the path: the topic and its group, the store, the dead letters, and
// the machines that run processes. It lives in one synctest bubble.
type world struct {
	*scenario
	chance chance
	began  time.Time
	store  *pipelinestest.Store
	grave  *pipelinestest.Graveyard
	tasks  sync.WaitGroup // all that the world itself has started
	closed chan struct{}  // the machines go home

	mu       sync.Mutex // of all below
	parts    []*partition
	machines []*machine
	members  []*process    // of the group, in the order in which they joined
	shift    int           // moves every partition on to the next member
	changed  chan struct{} // closed and replaced when members or shift change
	oracle   *oracle
	trace    uint64 // of all dealings, whatever their order within an instant
	offers   map[int]int64
	calm     bool          // nobody crashes any more
	refuses  time.Duration // until when the group takes no commit
	calls    int           // of store and dead letters, under way
}

// partition is a log of records, and what the group knows of it.
type partition struct {
	id        int
	log       []*entry
	committed int64
	epoch     int64 // counts its owners: an earlier one's commits are fenced
	grown     chan struct{}
}

func (p *partition) end() int64 {
	if n := len(p.log); n > 0 {
		return p.log[n-1].offset + 1
	}
	return 0
}

// at is the place in the log of the first record at or above an offset.
func (p *partition) at(offset int64) int {
	return sort.Search(len(p.log), func(i int) bool { return p.log[i].offset >= offset })
}

func newWorld(s *scenario) *world {
	w := &world{
		scenario: s, chance: chance(s.seed), began: time.Now(), store: pipelinestest.NewStore(), grave: &pipelinestest.Graveyard{},
		closed: make(chan struct{}), changed: make(chan struct{}), offers: map[int]int64{},
	}
	w.oracle = newOracle(w)
	for id := range s.partitions {
		w.parts = append(w.parts, &partition{id: id, grown: make(chan struct{})})
	}
	for id := range s.machines {
		w.machines = append(w.machines, &machine{world: w, id: id})
	}
	return w
}

// live goes through the scenario, waits until everything is settled, and stops the machines.
func (w *world) live() *oracle {
	for _, part := range w.parts {
		w.tasks.Go(func() { w.care(part) })
	}
	for _, m := range w.machines {
		w.tasks.Go(m.run)
	}
	for _, happening := range w.happenings() {
		w.sleepUntil(happening.at)
		happening.do()
	}
	w.sleepUntil(w.horizon())
	if !w.settles(patience) {
		w.complain("10 minutes after the last fault: %s", w.unsettled())
	}
	w.encore()
	w.goHome()
	w.tasks.Wait()
	time.Sleep(time.Minute)
	for w.busy() { // flights that their lanes have given up
		time.Sleep(time.Minute)
	}
	w.oracle.verify()
	return w.oracle
}

type happening struct {
	at time.Duration
	do func()
}

// happenings are all that the world does by itself, in their order.
func (w *world) happenings() []happening {
	var all []happening
	for i := range w.records {
		all = append(all, happening{w.records[i].arrives, func() { w.publish(&w.records[i]) }})
	}
	for i := range w.faults {
		f := &w.faults[i]
		do := map[faultKind]func(){
			rebalance: w.rebalance,
			crash:     func() { w.machines[f.machine].crash() },
			stop:      func() { w.machines[f.machine].stop() },
			freeze:    func() { w.machines[f.machine].freeze(f.until) },
		}[f.kind]
		if do != nil {
			all = append(all, happening{f.from, do})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	return all
}

// publish appends a record to its partition.
func (w *world) publish(r *record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	part := w.parts[r.part]
	e := w.entry(r, part.end()+r.skip)
	part.log = append(part.log, e)
	w.oracle.sayings[r.ping] = append(w.oracle.sayings[r.ping], e)
	close(part.grown)
	part.grown = make(chan struct{})
}

func (w *world) now() time.Duration { return time.Since(w.began) }

// ms is a time of the scenario as the records tell it.
func (w *world) ms(t time.Duration) int64 { return w.began.Add(t).UnixMilli() }

func (w *world) sleepUntil(at time.Duration) { time.Sleep(at - w.now()) }

// later does something after a while, unless the world has ended before.
func (w *world) later(after time.Duration, do func()) {
	w.tasks.Go(func() {
		if pause(context.Background(), w.closed, after) == nil {
			do()
		}
	})
}

// note adds a dealing to the trace: when, what, and with what numbers.
func (w *world) note(what string, ids ...int64) {
	w.trace += chance(w.now()).draw(what, ids...)
}

func (w *world) complain(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.oracle.complain(format, args...)
}

// pause sleeps, but not beyond the end of ctx, whose cause it returns, or of the channel.
func pause(ctx context.Context, over <-chan struct{}, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-over:
		return context.Canceled
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
