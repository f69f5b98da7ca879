package pipelines

import (
	"testing"
	"time"
)

// A batch lies idle between two uses: it must hold on to no record and to no memory that
// only a huge one needed.
func TestAnIdleBatchHoldsOnToNothing(t *testing.T) {
	b := newBatch(&Config{BatchRecords: 10, BatchBytes: 1 << 10})
	b.addDead(DeadLetter{Record: b.clone(&Record{Value: make([]byte, 1<<20)})}, time.Now())
	b.dead = append(make([]DeadLetter, 0, 4), b.dead...)
	f := flight{settler: &settler{}, batch: b, letters: b.dead}
	b.records = append(b.records, Record{Value: []byte("condemned by the store")})
	f.condemn(0, Result{Verdict: Poison}, 0)
	b.reset()
	for i, letter := range b.dead[:cap(b.dead)] {
		if letter.Record.Value != nil {
			t.Errorf("letter %d still holds its record", i)
		}
	}
	if cap(b.arena) > 8<<10 {
		t.Errorf("an arena of %d bytes is kept", cap(b.arena))
	}
}

// Every lane has batches, and most lanes have little in them.
func TestABatchBeginsSmallAndGrowsRarely(t *testing.T) {
	cfg := Config{}
	cfg.applyDefaults()
	b := newBatch(&cfg)
	if cap(b.arena) > 16<<10 || cap(b.writes) > 128 || cap(b.records) > 128 {
		t.Errorf("an empty batch has room for %d bytes, %d writes and %d records", cap(b.arena), cap(b.writes), cap(b.records))
	}
	held, grown, room := Record{Value: make([]byte, 200)}, 0, cap(b.arena)
	for !b.full(&cfg) {
		b.clone(&held)
		if cap(b.arena) != room {
			grown, room = grown+1, cap(b.arena)
		}
	}
	if grown > 8 || room > cfg.BatchBytes*5/4 {
		t.Errorf("the arena grew %d times, to %d bytes", grown, room)
	}
}
