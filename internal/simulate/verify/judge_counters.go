package verify

import (
	"context"
	"math"

	"sluice/internal/simulate/ledger"
)

// tallies are the counters' growth over the load, by pipeline and verdict; why is not "" when
// they prove nothing.
type tallies struct {
	grown map[string]map[string]int64
	topic map[string]int64 // growth of the topic, by the pipeline that reads it
	why   string
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
	t := &tallies{grown: map[string]map[string]int64{}, topic: map[string]int64{}}
	t.compare(first, last)
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
	began := map[string]float64{}
	for i := range last.Processes {
		p := &last.Processes[i]
		began[p.URL] = p.Started
		t.add(p, 1)
	}
	for i := range first.Processes {
		p := &first.Processes[i]
		if at, ok := began[p.URL]; !ok || at != p.Started {
			t.why = "the process at " + p.URL + " is not the one of the beginning: a killed one takes its counts along"
		}
		t.add(p, -1)
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

// counted is L8: the processes' counters grew by exactly the sizes of the sets: stored and dead letters of
// history, dead letters of live; and every record of the topic is counted once. A topic that grew by more than the load
// can have sent proves nothing; after a killed load, of which that is not known, neither do more stored records than are found.
func (v *verifier) counted(t *tallies) Assertion {
	j := judging("L8", "counters")
	if t.why != "" {
		return j.unjudged(t.why)
	}
	for _, p := range v.cfg.Ledger.Header.Pipelines {
		written, stored := t.topic[p.Name], v.found.past.size()+v.found.probes
		others := written-v.found.probes > v.facts.most || v.facts.most == math.MaxInt64 && t.grown[v.cfg.Past]["stored"] > stored
		if others {
			return j.unjudged("others wrote to the topic meanwhile: it grew by more than this load")
		}
		if written < v.facts.least {
			j.fault("the topic grew by %d records, and %d were acknowledged", written, v.facts.least)
		}
		g := t.grown[p.Name]
		settled := g["stored"] + g["stale"] + g["duplicate"] + g["poison"]
		j.expect(p.Name+": records settled", settled, written)
		j.expect(p.Name+": poison", g["poison"], v.found.letters[p.Name])
		if p.Name == v.cfg.Past {
			j.expect(p.Name+": stored", g["stored"], stored)
			if v.author.Rules.HistoryMaxAge == 0 {
				j.expect(p.Name+": stale", g["stale"], 0)
			}
		}
		j.say("%s: %d = stored %d + stale %d + duplicate %d + poison %d", p.Name, written, g["stored"], g["stale"], g["duplicate"], g["poison"])
	}
	return j.done()
}
