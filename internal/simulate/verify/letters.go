package verify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"sluice/internal/simulate/plan"
	"sluice/pipelines"
	"sluice/schemas"
)

// letters are one pipeline's of this run.
type letters struct {
	parked  set   // records with a letter that was not requeued
	counted int64 // letters, requeued ones among them
	sound   set   // records that are no poison, with a letter that says that the store would not have them

	early   int64            // letters until the counters were read
	origins map[origin]bool  // the records in the topic that they are of: one that was read twice may have two
	spots   []spot           // where the letters of this run stand
	marks   map[int32][]mark // what was requeued, by partition
	later   set              // sound records that were requeued behind the counters
	again   int64            // letters requeued until the counters were read
}

// origin is a record in a topic.
type origin struct {
	partition int32
	offset    int64
}

// spot is a letter of record n.
type spot struct {
	origin

	n int64
}

// mark says which letters were requeued, and when (ms since 1970 UTC).
type mark struct {
	at   int64
	runs []schemas.OffsetRun
}

// readLetters reads a pipeline's dead letters from the time of the load on, and the marks that say which of
// them were requeued.
func (v *verifier) readLetters(ctx context.Context, pipeline string, check *checker) error {
	v.deps.Watcher.Doing("reading dead letters of "+pipeline, 0)
	l := &letters{
		parked: newSet(v.author.Records), sound: newSet(v.author.Records), later: newSet(v.author.Records),
		origins: map[origin]bool{}, marks: map[int32][]mark{},
	}
	v.found.letters[pipeline] = l
	since := time.UnixMilli(v.author.Start).Add(-time.Minute)
	topic := schemas.DeadTopic(pipeline)
	err := v.deps.Letters.Scan(ctx, topic, since, func(part pipelines.Partition, rec *pipelines.Record) error {
		if schemas.IsMark(rec.Header) {
			l.mark(part.ID, rec)
			return nil
		}
		n, ok := v.author.NumberOf(rec.Value)
		if !ok || rec.Header(schemas.HeaderDeadVerdict) == nil {
			return nil
		}
		r := v.author.Record(n)
		v.judgeOrigin(topic, &r)
		check.letter(&r, rec, topic)
		l.take(&r, part.ID, rec, v.scraped)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading dead letters of %s: %w", pipeline, err)
	}
	l.settle(v.author, v.scraped)
	return nil
}

// take counts a letter; scraped is when the counters were read.
func (l *letters) take(r *plan.Record, partition int32, rec *pipelines.Record, scraped int64) {
	l.counted++
	l.spots = append(l.spots, spot{origin: origin{partition: partition, offset: rec.Offset}, n: r.N})
	if !r.Kind.Poison() && blames(rec) {
		l.sound.add(r.N)
	}
	if at := lastNumber(rec, schemas.HeaderDeadTime); at <= scraped {
		l.early++
		l.origins[origin{partition: int32(lastNumber(rec, schemas.HeaderDeadPartition)), offset: lastNumber(rec, schemas.HeaderDeadOffset)}] = true
	}
}

// mark keeps what was requeued; a mark that cannot be read marks nothing, as `dead ls` has it.
func (l *letters) mark(partition int32, rec *pipelines.Record) {
	if string(rec.Header(schemas.HeaderDeadMark)) != schemas.MarkRequeued {
		return
	}
	runs, err := schemas.ParseRuns(string(rec.Header(schemas.HeaderDeadMarked)), rec.Offset)
	if err != nil {
		return
	}
	l.marks[partition] = append(l.marks[partition], mark{at: lastNumber(rec, schemas.HeaderDeadMarkAt), runs: runs})
}

// settle tells the letters that were requeued from those that stand.
func (l *letters) settle(author *plan.Author, scraped int64) {
	for _, s := range l.spots {
		at, ok := l.requeued(s.origin)
		switch {
		case !ok:
			l.parked.add(s.n)
		case at <= scraped:
			l.again++
		case !author.Kind(s.n).Poison():
			l.later.add(s.n)
		}
	}
	l.spots, l.marks = nil, nil
}

// requeued is when a letter was.
func (l *letters) requeued(letter origin) (at int64, ok bool) {
	for _, m := range l.marks[letter.partition] {
		i, exact := slices.BinarySearchFunc(m.runs, letter.offset, func(r schemas.OffsetRun, offset int64) int { return cmp.Compare(r.First, offset) })
		if exact || i > 0 && m.runs[i-1].Has(letter.offset) {
			return m.at, true
		}
	}
	return 0, false
}

// lastNumber is the last header of a name, which is ours: a producer's stand before it. 0 = none.
func lastNumber(rec *pipelines.Record, name string) int64 {
	for _, h := range slices.Backward(rec.Headers) {
		if h.Key == name {
			n, err := strconv.ParseInt(string(h.Value), 10, 64)
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}
