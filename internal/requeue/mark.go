package requeue

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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

// run is a row of offsets, both ends inclusive.
type run struct{ first, last int64 }

// isMark tells a mark from a letter: whatever headers a producer gave its record, a letter
// has a verdict.
func isMark(rec *pipelines.Record) bool {
	return rec.Header(schemas.HeaderDeadMark) != nil && rec.Header(schemas.HeaderDeadVerdict) == nil
}

// readMark reads a mark. Offsets at or behind its own are not believed: a mark stands behind
// its letters.
func readMark(rec *pipelines.Record) (Mark, error) {
	m := Mark{What: string(rec.Header(schemas.HeaderDeadMark)), Who: string(rec.Header(schemas.HeaderDeadMarkWho))}
	m.At, _ = schemas.ParseMillis(rec.Header(schemas.HeaderDeadMarkAt))
	if m.What != schemas.MarkRequeued && m.What != schemas.MarkDropped {
		return m, errors.New("reading a mark: it says neither requeued nor dropped")
	}
	var err error
	m.runs, err = parseRuns(string(rec.Header(schemas.HeaderDeadMarked)), rec.Offset)
	return m, err
}

// record is the mark as it is written.
func (m Mark) record() pipelines.Record {
	header := func(name, value string) pipelines.Header { return pipelines.Header{Key: name, Value: []byte(value)} }
	return pipelines.Record{Headers: []pipelines.Header{
		header(schemas.HeaderDeadMark, m.What), header(schemas.HeaderDeadMarked, formatRuns(m.runs)),
		header(schemas.HeaderDeadMarkAt, strconv.FormatInt(m.At, 10)), header(schemas.HeaderDeadMarkWho, m.Who),
	}}
}

// marks says whether the letter at an offset is one of the mark's.
func (m Mark) marks(offset int64) bool {
	return slices.ContainsFunc(m.runs, func(r run) bool { return r.first <= offset && offset <= r.last })
}

// runsOf sorts offsets and joins neighbours.
func runsOf(all []int64) []run {
	runs := make([]run, len(all))
	for i, offset := range all {
		runs[i] = run{first: offset, last: offset}
	}
	return joined(runs)
}

// joined sorts runs and makes one of those that meet: what a mark says again costs nothing.
func joined(runs []run) []run {
	slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(a.first, b.first) })
	out := runs[:0]
	for _, r := range runs {
		if n := len(out); n > 0 && r.first <= out[n-1].last+1 {
			out[n-1].last = max(out[n-1].last, r.last)
			continue
		}
		out = append(out, r)
	}
	return out
}

func formatRuns(runs []run) string {
	var b strings.Builder
	for i, r := range runs {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(r.first, 10))
		if r.last > r.first {
			b.WriteString("-" + strconv.FormatInt(r.last, 10))
		}
	}
	return b.String()
}

// parseRuns reads what formatRuns writes, for offsets below a limit, in order and apart.
func parseRuns(text string, below int64) ([]run, error) {
	var runs []run
	for item := range strings.SplitSeq(text, ",") {
		from, to, several := strings.Cut(item, "-")
		first, err := strconv.ParseUint(from, 10, 63)
		end := first
		if err == nil && several {
			end, err = strconv.ParseUint(to, 10, 63)
		}
		if err != nil || end < first || int64(end) >= below {
			return nil, fmt.Errorf("reading a mark at offset %d: its offsets are not readable", below)
		}
		runs = append(runs, run{first: int64(first), last: int64(end)})
	}
	return joined(runs), nil
}
