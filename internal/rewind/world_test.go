package rewind

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"sluice/pipelines"
)

// world is what a run is played in: a Kafka that keeps its word, a store that goes back, and processes that die.
// Its clock is synctest's.
type world struct {
	mu      sync.Mutex
	chance  *rand.Rand
	plant   string // a bug on purpose, "" = none
	faults  bool   // calls of the store fail now and then, before they act or after
	parts   map[pipelines.Partition]*partition
	changed chan struct{} // closed and made anew whenever something is written
	shards  []*shard
	drawn   int64 // the last epoch
	events  map[string]event
	next    int // number of the next event

	given   map[announcement]string // what was ever announced, in all histories
	seen    map[string]bool         // events that a reader could see
	epochs  map[int]int64           // the greatest that a bucket ever had
	wrong   []string                // what broke the promise
	rewound []Report
}

// event is one record's meaning.
type event struct {
	id, member string
	part       pipelines.Partition
	topic      string
}

type announcement struct {
	member         string
	epoch, version int64
}

const (
	buckets   = 4
	members   = 8
	shardsOf  = 3 // two of them with one bucket: there a hole is not covered by its neighbours
	chunkSize = 2 // events of one call of the store
)

func newWorld(seed uint64, plant string) *world {
	w := &world{
		plant: plant, seen: map[string]bool{},
		chance: rand.New(rand.NewPCG(seed, 1)), parts: map[pipelines.Partition]*partition{}, changed: make(chan struct{}),
		events: map[string]event{}, given: map[announcement]string{}, epochs: map[int]int64{},
	}
	for range shardsOf {
		s := &shard{buckets: map[int]*bucket{}}
		w.shards = append(w.shards, s)
		w.rehome(s)
	}
	return w
}

func (w *world) fail(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// odds is true in so many of a hundred cases. It wants the lock.
func (w *world) odds(percent int) bool { return w.chance.IntN(100) < percent }

// wrote wakes whoever waits for records. It wants the lock.
func (w *world) wrote() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// partition is a partition's log and the group's place in it.
type partition struct {
	id    pipelines.Partition
	topic string
	log   []pipelines.Record // by offset; without a value = no record is there
	next  int64              // committed, -1 = nothing
	gen   int                // of the claim that may commit
	since time.Time          // of its first commit
	alike bool               // a planted bug: topics of one name are not told apart
}

func (p *partition) end() int64 { return int64(len(p.log)) }

// named is what tells the topic from another of its name.
func (p *partition) named() string {
	if p.alike {
		return p.id.Topic
	}
	return p.topic
}

// last is the offset behind the last record.
func (p *partition) last() int64 {
	for at := p.end(); at > 0; at-- {
		if p.log[at-1].Value != nil {
			return at
		}
	}
	return 0
}

// feed is how the partition stands; next is what its claim began with or has committed.
func (p *partition) feed() pipelines.Feed {
	return pipelines.Feed{Part: p.id, Topic: p.named(), Next: max(p.next, 0), End: p.end(), Fresh: p.next < 0}
}

// add makes a partition.
func (w *world) add(topic string, id int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	part := pipelines.Partition{Topic: topic, ID: id}
	w.parts[part] = &partition{id: part, topic: topic + "-1", next: -1, alike: w.plant == "the watermark of a topic that is gone"}
}

// produce appends records to partitions by chance: events, some that nobody stores, and places without a record.
func (w *world) produce(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.ids()
	for range n {
		p := w.parts[all[w.chance.IntN(len(all))]]
		rec := pipelines.Record{Offset: p.end(), Time: time.Now().UnixMilli()}
		switch {
		case w.odds(10): // a marker
		case w.odds(10):
			rec.Value = []byte("created")
		default:
			w.next++
			e := event{id: fmt.Sprintf("e%d", w.next), member: fmt.Sprintf("m%d", w.chance.IntN(members)), part: p.id, topic: p.topic}
			w.events[e.id] = e
			rec.Value = []byte(e.id)
		}
		p.log = append(p.log, rec)
	}
	w.wrote()
}

// ids are the partitions in one order.
func (w *world) ids() []pipelines.Partition {
	var all []pipelines.Partition
	for _, topic := range []string{"orders", "purchases"} {
		for id := range int32(len(w.parts)) {
			if part := (pipelines.Partition{Topic: topic, ID: id}); w.parts[part] != nil {
				all = append(all, part)
			}
		}
	}
	return all
}

// remake deletes a topic of one partition and makes it anew: what was not read is gone, and the claim
// that finds it puts the commit to its start.
func (w *world) remake(part pipelines.Partition) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.parts[part]
	p.topic += "'"
	p.log, p.next = nil, 0
	p.gen++ // a claim of the old topic commits nothing more
	w.wrote()
}

func (w *world) topicOf(part pipelines.Partition) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.parts[part].topic
}

func (w *world) inFlight() int {
	if w.plant == "two batches in flight" {
		return 2
	}
	return 1
}

// read looks at all that answers: what a reader could see once stays to be seen. Of partitions that have only just
// had their first commit that is not promised.
func (w *world) read() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		b, p := w.bucket(bucketOf(e.member)), w.parts[e.part]
		if w.away(bucketOf(e.member)) || len(b.recovering) > 0 || p.topic != e.topic || p.since.IsZero() || time.Since(p.since) < 5*time.Second {
			continue
		}
		if w.seen[e.id] && !b.events[e.id] {
			w.fail("event %s of %v could be read, and now it cannot", e.id, e.part)
		}
		w.seen[e.id] = w.seen[e.id] || b.events[e.id]
	}
}
