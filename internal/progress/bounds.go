package progress

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"sluice/pipelines"
)

// What a peer may say at most. An ops listener may be anybody's: more than this is refused
// whole, for no process of ours says as much.
const (
	mostPipelines  = 64
	mostPartitions = 10_000
	mostCounts     = 1024
	mostText       = 256 // bytes of one name
)

// mostReasons is how many counts an answer has for one pipeline; those beyond are one.
const mostReasons = 256

// otherReason is that of counts beyond the limit, and unknownVerdict that of a word that is none.
const (
	otherReason    = "other"
	unknownVerdict = "unknown"
)

var errTooMuch = errors.New("asking a peer: it says more than a process has to say")

// bound refuses what no process of ours would answer, and takes words that are not known for unknown.
func (a *Answer) bound() error {
	if len(a.Pipelines) > mostPipelines || len(a.Process) > mostText {
		return errTooMuch
	}
	partitions, counts := 0, 0
	for i := range a.Pipelines {
		p := &a.Pipelines[i]
		if partitions, counts = partitions+len(p.Partitions), counts+len(p.Verdicts); partitions > mostPartitions || counts > mostCounts {
			return errTooMuch
		}
		if err := p.bound(); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pipeline) bound() error {
	for i := range p.Verdicts {
		c := &p.Verdicts[i]
		if len(c.Reason) > mostText {
			return errTooMuch
		}
		if !knownVerdict(c.Verdict) {
			c.Verdict = unknownVerdict
		}
	}
	for i := range p.Partitions {
		part := &p.Partitions[i]
		if part.Partition < 0 {
			return errTooMuch
		}
		if part.Lag != nil && *part.Lag < 0 {
			part.Lag = nil // no number of records
		}
		if worse(part.State) < 0 {
			part.State = stateUnknown
		}
	}
	slices.SortFunc(p.Partitions, func(a, b Partition) int { return cmp.Compare(a.Partition, b.Partition) })
	return nil
}

func knownVerdict(name string) bool {
	for v := pipelines.Unsettled; v <= pipelines.Refused; v++ {
		if name == v.String() {
			return true
		}
	}
	return false
}

// plus is a sum that stops at the greatest number.
func plus(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}

// sum adds what is known of two numbers, none below 0; it stops at the greatest one.
func sum(a, b *int64) *int64 {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	c := *a + min(*b, math.MaxInt64-*a)
	return &c
}
