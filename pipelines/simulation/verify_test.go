package simulation

import (
	"slices"
	"time"

	"sluice/pipelines"
)

// laneEnded checks the counters of a process whose lane has returned: they add up, exactly.
func (o *oracle) laneEnded(h *holding) {
	counts := h.owner.counts[h.part.id]
	if h.owner.dead || counts == nil {
		return
	}
	if consumed, sum := counts.Consumed(), counts.Sum(); consumed != sum {
		o.complain("%v has consumed %d records of partition %d, its verdicts add up to %d", h.owner, consumed, h.part.id, sum)
	}
	if !o.open() && o.cfg.DrainTimeout >= easyDrain && h.taken > 0 {
		if end := slices.Max(h.source.handed[:h.taken]); h.part.committed < end {
			o.complain("%v was stopped while nothing was wrong, and leaves partition %d committed to %d of the %d that it has taken", h.owner, h.part.id, h.part.committed, end)
		}
	}
}

// drained checks that a lane which says so has committed all that it has taken.
func (o *oracle) drained(p *process, part int) {
	h := p.lanes[part]
	if h == nil || h.taken == 0 {
		return
	}
	if end := slices.Max(h.source.handed[:h.taken]); h.part.committed < end {
		o.complain("%v says that it has drained partition %d, which is committed to %d of the %d that it has taken", p, part, h.part.committed, end)
	}
}

// easyDrain is time enough to leave nothing behind when nothing goes wrong.
const easyDrain = 2 * time.Second

// consumed checks the limits on memory at the moment at which a lane takes n records more: open is
// how many it has unsettled before.
func (o *oracle) consumed(p *process, part int, open, n int64) {
	h := p.lanes[part]
	if h == nil {
		o.complain("%v takes records of partition %d, whose lane has returned", p, part)
		return
	}
	h.taken += int(n)
	if h.source.fenced > 0 && o.now()-h.source.fenced > time.Second {
		o.complain("%v takes more of partition %d although it was told that it is gone", p, part)
	}
	cfg := &o.cfg
	if limit := cfg.UnsettledRecords; limit > 0 && open >= limit {
		o.complain("%v takes more of partition %d with %d records unsettled of %d", p, part, open, limit)
	}
	weighed := open
	if cfg.CoalesceWindow > 0 {
		weighed = (open + 1) / 2 // of two, one may be the first that the other has replaced: only its offset is kept
	}
	if share := cfg.BufferBytes / int64(max(h.fewest, 1)); weighed*leastWeight >= share {
		o.complain("%v takes more of partition %d with %d records unsettled: more than its %d bytes", p, part, open, share)
	}
}

// leastWeight is below what any record weighs in memory, bytes.
const leastWeight = 256

// verify looks at everything once more when all is over.
func (o *oracle) verify() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, part := range o.parts {
		for _, e := range part.log[:part.at(part.committed)] {
			if !o.settled(e) {
				o.complain("%v is lost: neither stored, nor stale, nor in a letter", e)
			}
		}
	}
	o.verifyStore()
	o.verifyHeartbeat()
	for _, p := range o.processes {
		if !p.dead {
			o.verifyCounts(p)
		}
	}
}

// allMove checks that no lane is said to hang when there is nothing left to do.
func (o *oracle) allMove() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.processes {
		for part, h := range p.lanes {
			if !p.dead && h.stalled {
				o.complain("%v has settled all of partition %d, and says that it hangs", p, part)
			}
		}
	}
}

// allSettled checks that what was sent while nothing was wrong has arrived.
func (o *oracle) allSettled() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, part := range o.parts {
		if e := part.log[len(part.log)-1]; !o.settled(e) {
			o.complain("%v is still unsettled, though nothing was wrong since it was sent", e)
		}
	}
}

// verifyStore checks that the store holds what records made, the newest of each driver, and nothing else.
func (o *oracle) verifyStore() {
	docs := o.store.Docs()
	if len(docs) != len(o.held) {
		o.complain("the store has %d documents, %d were made", len(docs), len(o.held))
	}
	for _, doc := range docs {
		if o.held[string(doc.Key)] != doc.Version {
			o.complain("document %s has version %d, not the newest", doc.Key, doc.Version)
		}
		if o.maker(&doc) == nil {
			o.complain("document %s is what no record says: %s", doc.Key, doc.Body)
		}
	}
}

// verifyCounts checks the counters of a process that was not killed against what it was told.
func (o *oracle) verifyCounts(p *process) {
	counted := map[pipelines.Verdict]int{}
	reasons := map[string]int{}
	for part, counts := range p.counts {
		if counts.Consumed() != counts.Sum() {
			o.complain("%v has consumed %d records of partition %d, its verdicts add up to %d", p, counts.Consumed(), part, counts.Sum())
		}
		for _, verdict := range []pipelines.Verdict{pipelines.Stored, pipelines.Stale, pipelines.Duplicate, pipelines.Poison} {
			counted[verdict] += counts.Verdict(verdict)
		}
		for _, reason := range []string{"version_conflict", "exists", "rejected"} {
			reasons[reason] += counts.Reason(reason)
		}
	}
	for verdict, n := range map[pipelines.Verdict]int{
		pipelines.Stored: counted[pipelines.Stored], pipelines.Stale: reasons["version_conflict"],
		pipelines.Duplicate: reasons["exists"], pipelines.Poison: reasons["rejected"],
	} {
		told := p.answered[verdict.String()]
		if n > told || (n < told && !p.abandoned) {
			o.complain("%v counts %d records as %v, the store told it %d", p, n, verdict, told)
		}
	}
}
