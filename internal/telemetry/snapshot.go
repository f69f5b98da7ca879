package telemetry

import (
	"sort"
	"time"
)

// Snapshot is one consistent cut through a pipeline's numbers: at any rest
// Consumed is the sum of Ended.
type Snapshot struct {
	Pipeline string
	Consumed uint64 // records since the process began
	Ended    []Ended
	Unknown  uint64 // fields left out of the store
	// Uncommitted counts records of those in Ended that were not committed when their lane ended:
	// they are read again.
	Uncommitted uint64
	Partitions  []PartitionSnapshot
}

// Ended counts records by what became of them.
type Ended struct {
	Verdict string
	Reason  string // "" for most that were stored
	Records uint64
}

// PartitionSnapshot is one partition that this process owns now.
type PartitionSnapshot struct {
	Partition string // topic/id
	State     State
	Since     time.Time // assigned
	Consumed  uint64    // records since Since
	Ended     []Ended   // of them
	Committed int64     // next offset, -1 before the first commit
	Lag       int64     // records behind the newest
	Unsettled int64     // records read and not settled
	Oldest    time.Duration
}

// Snapshot is taken under the lock that guards every count; its lists are sorted.
func (p *Pipeline) Snapshot() Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Snapshot{Pipeline: p.name, Consumed: p.totals.consumed, Ended: p.totals.list(), Unknown: p.unknown, Uncommitted: p.uncommitted}
	for part, l := range p.lanes {
		s.Partitions = append(s.Partitions, PartitionSnapshot{
			Partition: part.String(), State: l.state(), Since: l.since, Consumed: l.consumed, Ended: l.list(),
			Committed: l.committed, Lag: l.lag, Unsettled: l.unsettled, Oldest: l.oldest,
		})
	}
	sort.Slice(s.Partitions, func(i, j int) bool { return s.Partitions[i].Partition < s.Partitions[j].Partition })
	return s
}

func (c *counts) list() []Ended {
	list := make([]Ended, 0, len(c.ended))
	for how, n := range c.ended {
		list = append(list, Ended{Verdict: how.verdict.String(), Reason: how.reason, Records: n})
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Verdict != list[j].Verdict {
			return list[i].Verdict < list[j].Verdict
		}
		return list[i].Reason < list[j].Reason
	})
	return list
}

// Records sums what ended with that verdict, whatever the reason.
func (s *Snapshot) Records(verdict string) uint64 {
	var n uint64
	for _, e := range s.Ended {
		if e.Verdict == verdict {
			n += e.Records
		}
	}
	return n
}
