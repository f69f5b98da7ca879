package schemas

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// IsMark tells a mark from a letter by a record's headers, found by name: whatever headers a producer
// gave its record, a letter has a verdict.
func IsMark(header func(name string) []byte) bool {
	return header(HeaderDeadMark) != nil && header(HeaderDeadVerdict) == nil
}

// OffsetRun is a row of offsets, both ends inclusive.
type OffsetRun struct{ First, Last int64 }

// Has says whether an offset is one of them.
func (r OffsetRun) Has(offset int64) bool { return r.First <= offset && offset <= r.Last }

// JoinRuns sorts runs in place and makes one of those that meet: what is said again costs nothing.
func JoinRuns(runs []OffsetRun) []OffsetRun {
	slices.SortFunc(runs, func(a, b OffsetRun) int { return cmp.Compare(a.First, b.First) })
	out := runs[:0]
	for _, r := range runs {
		if n := len(out); n > 0 && r.First <= out[n-1].Last+1 {
			out[n-1].Last = max(out[n-1].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	return out
}

// FormatRuns writes runs as HeaderDeadMarked has them: 3,5-9.
func FormatRuns(runs []OffsetRun) string {
	var b strings.Builder
	for i, r := range runs {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(r.First, 10))
		if r.Last > r.First {
			b.WriteString("-" + strconv.FormatInt(r.Last, 10))
		}
	}
	return b.String()
}

// ParseRuns reads what FormatRuns writes, in order and apart. Offsets at or behind the mark's own are an
// error: a mark stands behind its letters.
func ParseRuns(text string, mark int64) ([]OffsetRun, error) {
	var runs []OffsetRun
	for item := range strings.SplitSeq(text, ",") {
		from, to, several := strings.Cut(item, "-")
		first, err := strconv.ParseUint(from, 10, 63)
		end := first
		if err == nil && several {
			end, err = strconv.ParseUint(to, 10, 63)
		}
		if err != nil || end < first || int64(end) >= mark {
			return nil, fmt.Errorf("reading a mark at offset %d: its offsets are not readable", mark)
		}
		runs = append(runs, OffsetRun{First: int64(first), Last: int64(end)})
	}
	return JoinRuns(runs), nil
}
