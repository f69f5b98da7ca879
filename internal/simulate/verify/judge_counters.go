package verify

import (
	"context"
	"math"

	"sluice/internal/simulate/ledger"
)

// tallies are the counters' growth over the load, by pipeline and verdict; why is not "" when
// they prove nothing.
type tallies struct {
	grown  map[string]map[string]int64
	topic  map[string]int64 // growth of the topic, by the pipeline that reads it
	open   map[books]int64  // records read and not ended, by processes that live
	knows  bool             // the processes say how many they read
	parted int              // processes that ended and said what they had counted
	ended  int              // processes that took counts along
	unseen map[string]int64 // records that only those may have settled, by pipeline, at most
	why    string
}

// counters compares the ledger's first scrape with its last, or with one of now when the load ended
// before the pipelines were done.
func (v *verifier) counters(ctx context.Context) (*tallies, error) {
	l := v.cfg.Ledger
	if len(l.Counters) == 0 {
		return &tallies{why: "the load was given no --ops"}, nil
	}
	first, last, ends := &l.Counters[0], &l.Counters[len(l.Counters)-1], &v.samples[len(v.samples)-1]
	if len(l.Counters) > 1 && len(l.Samples) > 0 {
		ends = &l.Samples[len(l.Samples)-1]
	} else {
		if v.deps.Counters == nil {
			return &tallies{why: "the load ended before the pipelines were done, and no --ops is given now"}, nil
		}
		now, err := v.deps.Counters.Read(ctx)
		if err != nil {
			return &tallies{why: "a process does not answer any more"}, err
		}
		last = &now
	}
	v.scraped = last.At
	t := &tallies{grown: map[string]map[string]int64{}, topic: map[string]int64{}, open: map[books]int64{}, unseen: map[string]int64{}}
	t.compare(first, last)
	v.mourn(t, first, last)
	for _, p := range l.Header.Pipelines {
		t.topic[p.Name] = endsOf(ends.Reader(p.Name)) - endsOf(l.Samples[0].Reader(p.Name))
	}
	return t, nil
}

func endsOf(r *ledger.Reader) int64 {
	sum := int64(0)
	for i := range r.Partitions {
		sum += r.Partitions[i].End
	}
	return sum
}

func (t *tallies) compare(first, last *ledger.Counters) {
	living := map[who]bool{}
	for i := range last.Processes {
		p := &last.Processes[i]
		living[whoIs(p)] = true
		t.add(p, 1)
		t.balance(p, 1)
	}
	for i := range first.Processes {
		p := &first.Processes[i]
		t.add(p, -1)
		if living[whoIs(p)] {
			t.balance(p, -1)
		}
	}
}

func (t *tallies) add(p *ledger.Process, sign int64) {
	for _, c := range p.Counts {
		if t.grown[c.Pipeline] == nil {
			t.grown[c.Pipeline] = map[string]int64{}
		}
		t.grown[c.Pipeline][c.Verdict] += sign * int64(c.Records)
	}
}

// books are one process's of one pipeline.
type books struct{ url, pipeline string }

// balance adds what a process read, less what it ended, an end as unsettled included.
func (t *tallies) balance(p *ledger.Process, sign int64) {
	for _, c := range p.Counts {
		key := books{url: p.URL, pipeline: c.Pipeline}
		n := sign * int64(c.Records)
		switch c.Verdict {
		case ledger.Consumed:
			t.open[key], t.knows = t.open[key]+n, true
		case ledger.Doubtful: // no end of a record
		default:
			t.open[key] -= n
		}
	}
}

// counted is L8, see settledOnce, and settledBeside where processes ended. A topic that grew by more than the load can have sent proves nothing; after a
// killed load, of which that is not known, neither do more stored records than are found.
func (v *verifier) counted(t *tallies) Assertion {
	j := judging("L8", "counters")
	if t.why != "" {
		return j.unjudged(t.why)
	}
	stored, requeued := v.storedUntil(), int64(0)
	for _, l := range v.found.letters {
		requeued += l.again
	}
	for _, p := range v.cfg.Ledger.Header.Pipelines {
		written := t.topic[p.Name]
		others := written-v.found.probes-requeued-v.lost[p.Name].stranger > v.facts.most || v.facts.most == math.MaxInt64 && t.grown[v.cfg.Past]["stored"] > stored
		if others {
			return j.unjudged("others wrote to the topic meanwhile: it grew by more than this load")
		}
		if written < v.facts.least {
			j.fault("the topic grew by %d records, and %d were acknowledged", written, v.facts.least)
		}
		v.settledOnce(j, t, p.Name, written-v.lost[p.Name].count)
	}
	for key, n := range t.open {
		if t.knows && n != 0 {
			j.fault("%s: %s read %d records more than it ended", key.pipeline, key.url, n)
		}
	}
	return j.done()
}

// storedUntil is how many documents history had when the counters were read.
func (v *verifier) storedUntil() int64 {
	n := v.found.past.size() + v.found.probes
	past, later := v.found.past, v.found.letters[v.cfg.Past].later
	each(len(past), func(i int) uint64 { return past[i] & later[i] }, func(int64) { n-- })
	return n
}

// settledOnce compares a pipeline's counters with the sets. Each process ended every record that it read, in one way.
// Each record of the topic was settled, and what was settled beyond that are records that were read
// again: after a rebalance, by the same process too. History's stored records are its documents, for one that
// is read again is a duplicate there, and so is one that is offered again because the answer to a write that
// was applied got lost, or that a lane gave up with its partition after it was written.
// Each poisoned record has a letter; one that was read again may have two.
func (v *verifier) settledOnce(j *judgement, t *tallies, pipeline string, written int64) {
	g, l := t.grown[pipeline], v.found.letters[pipeline]
	settled := g["stored"] + g["stale"] + g["duplicate"] + g["poison"]
	again := settled - written
	if t.ended > 0 {
		v.settledBeside(j, t, pipeline, written, settled)
		return
	}
	if again < 0 || !t.knows {
		j.expect(pipeline+": records settled", settled, written)
		again = 0
	}
	distinct := int64(len(l.origins))
	if want := min(max(g["poison"], distinct), distinct+again, l.early); g["poison"] != want {
		j.fault("%s: poison: %d, want %d and as many as were read again", pipeline, g["poison"], want)
	}
	if pipeline == v.cfg.Past {
		stored := v.storedUntil()
		if want := max(min(g["stored"], stored), stored-min(again+g[ledger.Doubtful]+g["unsettled"], g["duplicate"])); g["stored"] != want {
			j.fault("%s: stored: %d, want %d", pipeline, g["stored"], want)
		}
		if v.author.Rules.HistoryMaxAge == 0 {
			j.expect(pipeline+": stale", g["stale"], 0)
		}
	}
	j.say("%s: %d = stored %d + stale %d + duplicate %d + poison %d - %d read again", pipeline, written, g["stored"], g["stale"], g["duplicate"], g["poison"], again)
	if t.parted > 0 {
		j.say("%d processes ended and said what they had counted", t.parted)
	}
}
