package progress

import (
	"math"
	"time"
)

// Offsets is how a group stands in one partition.
type Offsets struct {
	Partition int32
	Committed int64 // next offset to be read; -1 = none was ever committed
	Start     int64 // oldest offset that is there
	End       int64 // offset of the next record to be written

	Oldest time.Time // when the oldest unsettled record was written; zero = there is none, or it is not known
}

// Next is the offset of the oldest record that is unsettled and still there.
func (o *Offsets) Next() int64 { return max(o.Committed, o.Start) }

// Lag is how many records are unsettled.
func (o *Offsets) Lag() int64 { return max(0, o.End-o.Next()) }

// Sample is all partitions of a pipeline at one moment, in their order.
type Sample struct {
	At         time.Time
	Partitions []Offsets
}

// Pace is how a pipeline moves in one partition, or in all of them.
type Pace struct {
	Lag      int64         // records
	Oldest   time.Duration // age of the oldest unsettled record; 0 = there is none, Unknown
	Settled  float64       // records per second; NaN = not known yet
	Produced float64       // records per second; NaN = not known yet
	Drain    time.Duration // until the lag is gone, at this pace; 0 = it keeps up; Never, Unknown
}

// Values of a Pace that are no times.
const (
	Unknown time.Duration = -1
	Never   time.Duration = math.MaxInt64
)

// commitsTake is how old a settled record may be before its commit is seen: a pipeline
// commits once a second. What is produced meanwhile looks like lag and is none.
const commitsTake = 2 * time.Second

// Paces compares two samples of one pipeline, a pace for each partition of the later one.
// An earlier sample without partitions leaves the rates unknown.
func Paces(before, after *Sample) []Pace {
	seconds := after.At.Sub(before.At).Seconds()
	was := make(map[int32]*Offsets, len(before.Partitions))
	for i := range before.Partitions {
		was[before.Partitions[i].Partition] = &before.Partitions[i]
	}
	paces := make([]Pace, len(after.Partitions))
	for i := range after.Partitions {
		now := &after.Partitions[i]
		p := Pace{Lag: now.Lag(), Oldest: now.age(after.At), Settled: math.NaN(), Produced: math.NaN()}
		if then := was[now.Partition]; then != nil && seconds > 0 {
			// A group that was set back, or a topic made anew, settles nothing meanwhile.
			p.Settled = max(0, float64(now.Next()-then.Next())) / seconds
			p.Produced = max(0, float64(now.End-then.End)) / seconds
		}
		p.Drain = p.drain()
		if p.Drain == Never && p.Settled == 0 && seconds < commitsTake.Seconds() {
			p.Drain = Unknown // it may settle, and just not have committed
		}
		paces[i] = p
	}
	return paces
}

// age is how long the oldest unsettled record has been there; a clock ahead makes none negative.
func (o *Offsets) age(at time.Time) time.Duration {
	switch {
	case o.Lag() == 0:
		return 0
	case o.Oldest.IsZero():
		return Unknown
	}
	return max(0, at.Sub(o.Oldest))
}

// Total is the pace of partitions together: sums, the greatest age, and when all is gone
// at the pace of all.
func Total(paces []Pace) Pace {
	total := Pace{}
	for _, p := range paces {
		total.Lag += p.Lag
		total.Settled += p.Settled
		total.Produced += p.Produced
		total.Oldest = older(total.Oldest, p.Oldest)
	}
	if len(paces) == 0 {
		total.Settled, total.Produced = math.NaN(), math.NaN()
	}
	total.Drain = total.drain()
	return total
}

// older is the greater age; of one that is not known and one that is, the latter.
func older(a, b time.Duration) time.Duration {
	if a+b == Unknown { // nothing unsettled in one, something of unknown age in the other
		return Unknown
	}
	return max(a, b)
}

func (p *Pace) drain() time.Duration {
	gain := p.Settled - p.Produced
	switch {
	case p.Lag == 0:
		return 0
	case math.IsNaN(gain):
		return Unknown
	case float64(p.Lag) <= p.Produced*commitsTake.Seconds() && p.Settled > 0:
		return 0
	case gain <= 0:
		return Never
	}
	seconds := float64(p.Lag) / gain
	if seconds > Never.Seconds()/2 {
		return Never
	}
	return time.Duration(seconds * float64(time.Second))
}
