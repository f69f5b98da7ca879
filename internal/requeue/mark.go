package requeue

import (
	"errors"
	"slices"
	"strconv"

	"sluice/pipelines"
	"sluice/schemas"
)

// Mark says what was done about letters of one partition.
type Mark struct {
	What string // schemas.MarkRequeued or MarkDropped
	At   int64  // ms since 1970 UTC
	Who  string
	runs []run
}

// run is a row of offsets.
type run = schemas.OffsetRun

func isMark(rec *pipelines.Record) bool { return schemas.IsMark(rec.Header) }

// readMark reads a mark. Offsets at or behind its own are not believed: a mark stands behind
// its letters.
func readMark(rec *pipelines.Record) (Mark, error) {
	m := Mark{What: string(rec.Header(schemas.HeaderDeadMark)), Who: string(rec.Header(schemas.HeaderDeadMarkWho))}
	m.At, _ = schemas.ParseMillis(rec.Header(schemas.HeaderDeadMarkAt))
	if m.What != schemas.MarkRequeued && m.What != schemas.MarkDropped {
		return m, errors.New("reading a mark: it says neither requeued nor dropped")
	}
	var err error
	m.runs, err = schemas.ParseRuns(string(rec.Header(schemas.HeaderDeadMarked)), rec.Offset)
	return m, err
}

// record is the mark as it is written.
func (m Mark) record() pipelines.Record {
	header := func(name, value string) pipelines.Header { return pipelines.Header{Key: name, Value: []byte(value)} }
	return pipelines.Record{Headers: []pipelines.Header{
		header(schemas.HeaderDeadMark, m.What), header(schemas.HeaderDeadMarked, schemas.FormatRuns(m.runs)),
		header(schemas.HeaderDeadMarkAt, strconv.FormatInt(m.At, 10)), header(schemas.HeaderDeadMarkWho, m.Who),
	}}
}

// marks says whether the letter at an offset is one of the mark's.
func (m Mark) marks(offset int64) bool {
	return slices.ContainsFunc(m.runs, func(r run) bool { return r.Has(offset) })
}

// runsOf sorts offsets and joins neighbours.
func runsOf(all []int64) []run {
	runs := make([]run, len(all))
	for i, offset := range all {
		runs[i] = run{First: offset, Last: offset}
	}
	return schemas.JoinRuns(runs)
}
