package pipelines

import (
	"slices"
	"time"
)

// batch is what goes to the sink in one call: writes, the records they came from, and the
// records that are Poison already. Its slices are reused from one batch to the next.
type batch struct {
	writes  []Write
	records []Record // records[i] became writes[i]
	results []Result
	dead    []DeadLetter // Poison before any write

	absorbed []int64 // offsets of records that some of these replaced, settled with them

	arena   []byte    // keys and documents, and the bytes of cloned records
	headers []Header  // of cloned records
	bytes   int64     // what it weighs against the lane's buffer
	opened  time.Time // when its first record came; zero while it is empty
	usual   int       // bytes of the arena of a full batch
	keep    int       // the largest arena that is worth reusing, bytes
}

// entryOverheadBytes is what a write and its record and result weigh beside their bytes.
const entryOverheadBytes = 192

// A batch begins small and grows with what comes: most lanes never fill one by bytes, and room for full ones in every lane
// was half of what a process held.
const (
	firstWrites     = 128
	firstArenaBytes = 16 << 10
)

func newBatch(cfg *Config) *batch {
	return &batch{
		usual:   cfg.BatchBytes + cfg.BatchBytes/8,
		keep:    4 * cfg.BatchBytes,
		writes:  make([]Write, 0, min(cfg.BatchRecords, firstWrites)),
		records: make([]Record, 0, min(cfg.BatchRecords, firstWrites)),
		arena:   make([]byte, 0, min(cfg.BatchBytes, firstArenaBytes)),
	}
}

func (b *batch) empty() bool { return len(b.writes) == 0 && len(b.dead) == 0 }

// full is the rule by count and by bytes; the one by age is the lane's clock.
func (b *batch) full(cfg *Config) bool {
	return len(b.writes)+len(b.dead) >= cfg.BatchRecords || len(b.arena) >= cfg.BatchBytes
}

// room sees to it that a write of so many bytes fits, mostly. An arena that is left behind lives as long as the writes in it:
// growing by small steps would keep five times what the batch holds.
func (b *batch) room(bytes int) {
	if cap(b.arena)-len(b.arena) < bytes {
		b.arena = slices.Grow(b.arena, max(bytes, min(cap(b.arena), b.usual-cap(b.arena))))
	}
}

// add takes a record and the write that it became, whose slices end at the arena's end.
// It returns what the batch grew by, in bytes.
func (b *batch) add(rec Record, w Write, now time.Time) int64 {
	b.open(now)
	b.writes = append(b.writes, w)
	b.records = append(b.records, rec)
	return b.weigh(rec.Size() + len(w.Key) + len(w.Body))
}

// addDead takes a record that will never be a write.
func (b *batch) addDead(letter DeadLetter, now time.Time) int64 {
	b.open(now)
	b.dead = append(b.dead, letter)
	return b.weigh(letter.Record.Size())
}

// first is the offset of a record that no other batch has.
func (b *batch) first() int64 {
	if len(b.records) > 0 {
		return b.records[0].Offset
	}
	return b.dead[0].Record.Offset
}

// clone keeps a record in the batch's own memory. Where a batch takes few of many records,
// each of them would otherwise keep a whole fetch buffer alive.
func (b *batch) clone(rec *Record) Record {
	var clone Record
	b.room(rec.Size())
	b.arena, b.headers, clone = rec.cloneInto(b.arena, b.headers)
	return clone
}

func (b *batch) open(now time.Time) {
	if b.opened.IsZero() {
		b.opened = now
	}
}

func (b *batch) weigh(bytes int) int64 {
	weight := int64(bytes + entryOverheadBytes)
	b.bytes += weight
	return weight
}

// reset empties the batch for its next use and lets go of every fetch buffer.
func (b *batch) reset() {
	clear(b.writes)
	clear(b.records)
	clear(b.results)
	clear(b.dead[:cap(b.dead)]) // a flight appends its own letters behind
	clear(b.headers)
	b.headers, b.absorbed = b.headers[:0], b.absorbed[:0]
	b.writes, b.records, b.results, b.dead = b.writes[:0], b.records[:0], b.results[:0], b.dead[:0]
	if cap(b.arena) > b.keep { // one huge record would stay for good
		b.arena = nil
	}
	b.arena, b.bytes, b.opened = b.arena[:0], 0, time.Time{}
}
