package verify

import (
	"cmp"
	"math"
	"slices"

	"sluice/internal/simulate/ledger"
)

// who is one process among those that had its address.
type who struct {
	url     string
	started float64
}

func whoIs(p *ledger.Process) who { return who{url: p.URL, started: p.Started} }

// mourn adds what is known of the processes that ended while the load ran. Of one that came to a clean end that is all
// it counted, if somebody heard it. Of another it is its last scrape; what it settled after that nobody knows: it is
// bounded by where the commits stood before, and by what was in the topic when nobody lived there any more, or when
// the next process at that address began.
func (v *verifier) mourn(t *tallies, first, last *ledger.Counters) {
	all := v.ended(first, last)
	said := v.farewells(first, last)
	for w, p := range said {
		t.part(p, all[w])
		delete(all, w)
	}
	var began []who
	for i := range last.Processes {
		began = append(began, whoIs(&last.Processes[i]))
	}
	for w := range all {
		began = append(began, w)
	}
	for w := range said {
		began = append(began, w)
	}
	slices.SortFunc(began, func(a, b who) int { return cmp.Compare(a.started, b.started) })
	gaps := map[string]map[int32][]span{}
	for w, life := range all {
		t.ended++
		t.add(&life.Process, 1)
		until := int64(math.MaxInt64)
		if life.Gone > 0 {
			until = life.Gone
		}
		if i := slices.IndexFunc(began, func(next who) bool { return next.url == w.url && next.started > w.started }); i >= 0 {
			until = min(until, int64(began[i].started*1000)+unsure)
		}
		for _, p := range v.cfg.Ledger.Header.Pipelines {
			if gaps[p.Name] == nil {
				gaps[p.Name] = map[int32][]span{}
			}
			v.between(gaps[p.Name], p.Name, life.At, until)
		}
	}
	for pipeline, partitions := range gaps {
		for _, spans := range partitions {
			t.unseen[pipeline] += covered(spans)
		}
	}
}

// ended are the last scrapes of those who had ended when the counters were read.
func (v *verifier) ended(first, last *ledger.Counters) map[who]ledger.Life {
	all := map[who]ledger.Life{}
	for i := range first.Processes {
		all[whoIs(&first.Processes[i])] = ledger.Life{At: first.At, Process: first.Processes[i]}
	}
	for _, l := range v.cfg.Ledger.Lives {
		all[whoIs(&l.Process)] = l
	}
	for i := range last.Processes {
		delete(all, whoIs(&last.Processes[i]))
	}
	return all
}

// farewells are the last words between the two scrapes, also of those who came and went between two looks.
func (v *verifier) farewells(first, last *ledger.Counters) map[who]*ledger.Process {
	since, until := map[string]float64{}, map[string]float64{}
	for i := range first.Processes {
		since[first.Processes[i].URL] = first.Processes[i].Started
	}
	for i := range last.Processes {
		until[last.Processes[i].URL] = last.Processes[i].Started
	}
	said := map[who]*ledger.Process{}
	for i := range v.cfg.Farewells {
		p := &v.cfg.Farewells[i]
		from, was := since[p.URL]
		if !was {
			from = float64(first.At) / 1000
		}
		next, lives := until[p.URL]
		if p.Started >= from && (!lives || p.Started < next) {
			said[whoIs(p)] = p
		}
	}
	return said
}

// part adds what a process counted up to its clean end. How often it offered writes again after its last scrape it did
// not say: once for each record that it settled since, at most.
func (t *tallies) part(p *ledger.Process, scraped ledger.Life) {
	t.parted++
	t.add(p, 1)
	t.balance(p, 1)
	for _, c := range p.Counts {
		if c.Verdict != ledger.Consumed {
			t.grown[c.Pipeline][ledger.Doubtful] += int64(c.Records)
		}
	}
	for _, c := range scraped.Process.Counts {
		switch {
		case c.Verdict == ledger.Consumed:
		case t.grown[c.Pipeline] == nil:
		case c.Verdict == ledger.Doubtful:
			t.grown[c.Pipeline][ledger.Doubtful] += int64(c.Records)
		default:
			t.grown[c.Pipeline][ledger.Doubtful] -= int64(c.Records)
		}
	}
}

// span is offsets of a partition, from the first to below the second.
type span struct{ from, to int64 }

// covered is how many offsets lie in one span or another.
func covered(spans []span) int64 {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	n, next := int64(0), int64(math.MinInt64)
	for _, s := range spans {
		n += max(0, s.to-max(s.from, next))
		next = max(next, s.to)
	}
	return n
}

// between adds what a pipeline may have settled for the first time from one moment to another, ms since 1970 UTC: what
// was not committed before the one and was in the topic at the other.
func (v *verifier) between(gaps map[int32][]span, pipeline string, from, until int64) {
	before, behind := &v.samples[0], &v.samples[len(v.samples)-1]
	for i := range v.samples {
		if v.samples[i].At <= from {
			before = &v.samples[i]
		}
	}
	if i := slices.IndexFunc(v.samples, func(s ledger.Sample) bool { return s.Asked >= until }); i >= 0 {
		behind = &v.samples[i]
	}
	next := map[int32]int64{}
	for _, at := range before.Reader(pipeline).Partitions {
		next[at.Partition] = at.Next()
	}
	for _, at := range behind.Reader(pipeline).Partitions {
		if at.End > next[at.Partition] {
			gaps[at.Partition] = append(gaps[at.Partition], span{from: next[at.Partition], to: at.End})
		}
	}
}

// settledBeside judges a pipeline's counters where processes took some along. Any record whose first settling is
// not counted is one of the unseen, so that each sum has bounds: what is counted as stored or poison is there,
// and what is there is counted, or unseen, or, in history, was a duplicate to whoever read it again.
func (v *verifier) settledBeside(j *judgement, t *tallies, pipeline string, written, settled int64) {
	g, l, unseen := t.grown[pipeline], v.found.letters[pipeline], t.unseen[pipeline]
	within := func(what string, got, least, most int64) {
		if got < least || got > most {
			j.fault("%s: %s: %d, want %d to %d", pipeline, what, got, least, most)
		}
	}
	within("records settled", settled, written-unseen, math.MaxInt64)
	within("poison", g["poison"], int64(len(l.origins))-unseen, l.early)
	if pipeline == v.cfg.Past {
		stored := v.storedUntil()
		within("stored", g["stored"], stored-unseen-g["duplicate"], stored)
		if v.author.Rules.HistoryMaxAge == 0 {
			j.expect(pipeline+": stale", g["stale"], 0)
		}
	}
	j.say("%s: %d, of which stored %d + stale %d + duplicate %d + poison %d are counted; %d processes ended and took at most %d along",
		pipeline, written, g["stored"], g["stale"], g["duplicate"], g["poison"], t.ended, unseen)
	if t.parted > 0 {
		j.say("%d others said what they had counted", t.parted)
	}
}
