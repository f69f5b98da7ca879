package verify

import (
	"math"
	"sort"

	"sluice/internal/simulate/ledger"
)

// settling says until when the live pipeline had surely settled what was acknowledged by a
// moment: the first look that found everything committed which was in the topic at the first look after that
// moment. It errs on the late side, by at most two looks and the commit interval.
type settling struct {
	asked []int64 // of each look, ms since 1970 UTC
	by    []int64 // when what was there at that look was committed; math.MaxInt64 = never seen
}

func newSettling(samples []ledger.Sample, pipeline string) *settling {
	s := &settling{}
	later := 0
	for i := range samples {
		ends := samples[i].Reader(pipeline)
		later = max(later, i)
		for later < len(samples) && !reached(samples[later].Reader(pipeline), ends) {
			later++
		}
		by := int64(math.MaxInt64)
		if later < len(samples) {
			by = samples[later].At
		}
		s.asked = append(s.asked, samples[i].Asked)
		s.by = append(s.by, by)
	}
	return s
}

// reached reports whether a reader has committed the ends of an earlier look.
func reached(now, ends *ledger.Reader) bool {
	if len(now.Partitions) != len(ends.Partitions) || len(now.Partitions) == 0 {
		return false
	}
	for i := range now.Partitions {
		if now.Partitions[i].Next() < ends.Partitions[i].End {
			return false
		}
	}
	return true
}

// after is when what was acknowledged at a time (ms since 1970 UTC) was settled.
func (s *settling) after(at int64) int64 {
	i := sort.Search(len(s.asked), func(i int) bool { return s.asked[i] >= at })
	if i == len(s.asked) {
		return math.MaxInt64
	}
	return s.by[i]
}
