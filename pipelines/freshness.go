package pipelines

import "time"

// freshnessBounds are the upper bounds of the freshness histogram, in ms; a last bucket
// takes all above.
var freshnessBounds = [...]int64{10, 25, 50, 100, 250, 500, 750, 1000, 1500, 2000, 3000, 5000, 10000, 30000, 60000, 300000, 3600000} //nolint:gochecknoglobals // a constant table

// Freshness is a small histogram of ages, filled without a lock by one lane and merged by
// the observer: the time from an event to its being stored.
type Freshness struct {
	Counts [len(freshnessBounds) + 1]uint64 // per bucket, not cumulative
	SumMS  int64                            // of all ages, ms
}

// Add counts one age in ms; a negative age (a clock ahead) counts as 0.
func (f *Freshness) Add(ageMS int64) {
	ageMS = max(ageMS, 0)
	f.SumMS += ageMS
	i := 0
	for i < len(freshnessBounds) && ageMS > freshnessBounds[i] {
		i++
	}
	f.Counts[i]++
}

// FreshnessBounds are the upper bounds of the buckets, shortest first.
func FreshnessBounds() []time.Duration {
	bounds := make([]time.Duration, len(freshnessBounds))
	for i, ms := range freshnessBounds {
		bounds[i] = time.Duration(ms) * time.Millisecond
	}
	return bounds
}
