package progress

import (
	"cmp"
	"slices"
	"time"
)

// furthest are the partitions with a lag, at most n, the greatest lag first.
func furthest(partitions []Offsets, n int) []*Offsets {
	var behind []*Offsets
	for i := range partitions {
		if partitions[i].Lag() > 0 {
			behind = append(behind, &partitions[i])
		}
	}
	slices.SortStableFunc(behind, func(a, b *Offsets) int { return cmp.Compare(b.Lag(), a.Lag()) })
	return behind[:min(n, len(behind))]
}

// merge makes one answer of what all said.
func (v *view) merge(sources []Source, past map[string]*History) Answer {
	a := Answer{At: v.at.UnixMilli(), Pipelines: make([]Pipeline, len(sources)), Relay: v.relay, Unreachable: v.unreachable}
	if a.Unreachable == nil {
		a.Unreachable = []string{}
	}
	slices.Sort(a.Unreachable)
	for i, s := range sources {
		line := &a.Pipelines[i]
		*line = Pipeline{Pipeline: s.Pipeline, Group: s.Group, Topic: s.Topic, Verdicts: []Count{}, Partitions: []Partition{}}
		if v.samples != nil {
			line.fromKafka(&v.samples[i], past[s.Pipeline])
		}
		for _, part := range v.parts {
			for k := range part.Pipelines {
				if part.Pipelines[k].Pipeline == s.Pipeline {
					line.fromOwner(&part.Pipelines[k], v.samples != nil)
				}
			}
		}
		line.State = stateOf(line.Partitions)
	}
	return a
}

// inferAfter is how long a partition must have stood still before Kafka alone tells its state.
const inferAfter = 10 * time.Second

// fromKafka fills in what the offsets tell.
func (l *Pipeline) fromKafka(sample *Sample, past *History) {
	paces := past.Paces()
	for i := range sample.Partitions {
		o, pace := &sample.Partitions[i], &paces[i]
		lag, end := o.Lag(), o.End
		part := Partition{
			Partition: o.Partition, State: inferred(pace, past.Still(o.Partition)), Lag: &lag, End: &end,
			OldestUnsettledMS: Millis(pace.Oldest), RatePerSecond: Rate(pace.Settled),
		}
		if o.Committed >= 0 {
			committed := o.Committed
			part.Committed = &committed
		}
		l.Partitions = append(l.Partitions, part)
	}
	total := Total(paces)
	l.Lag, l.OldestUnsettledMS = &total.Lag, Millis(total.Oldest)
	l.RatePerSecond, l.ProducedPerSecond = Rate(total.Settled), Rate(total.Produced)
	l.TimeToDrainMS = Millis(total.Drain)
}

// inferred is the state of a partition that nobody says to own, as it looks from outside.
func inferred(p *Pace, still time.Duration) string {
	switch {
	case p.Lag > 0 && still >= inferAfter:
		return stateStalled
	case p.Lag == 0 || p.Settled > 0:
		return stateFlowing
	}
	return stateUnknown
}

// fromOwner adds what a process says of a pipeline: its counts, and the partitions that it owns.
func (l *Pipeline) fromOwner(owner *Pipeline, kafkaKnows bool) {
	l.Consumed = plus(l.Consumed, owner.Consumed)
	l.Verdicts = addCounts(l.Verdicts, owner.Verdicts)
	for i := range owner.Partitions {
		told := &owner.Partitions[i]
		k, known := slices.BinarySearchFunc(l.Partitions, told.Partition, func(p Partition, id int32) int { return cmp.Compare(p.Partition, id) })
		switch {
		case known && l.Partitions[k].told:
			l.Partitions[k].State = worst(l.Partitions[k].State, told.State) // two owners: the partition is just moving
		case known:
			l.Partitions[k].State, l.Partitions[k].told = told.State, true
			if l.Partitions[k].OldestUnsettledMS == nil {
				l.Partitions[k].OldestUnsettledMS = told.OldestUnsettledMS
			}
		case !kafkaKnows && len(l.Partitions) < mostPartitions:
			added := *told
			added.told = true
			l.Partitions = slices.Insert(l.Partitions, k, added)
			l.Lag = sum(l.Lag, told.Lag)
		}
	}
	for i := range l.Partitions {
		l.OldestUnsettledMS = greater(l.OldestUnsettledMS, l.Partitions[i].OldestUnsettledMS)
	}
}

// stateOf is the worst state of some partitions; nobody knows that of none.
func stateOf(partitions []Partition) string {
	if len(partitions) == 0 {
		return stateUnknown
	}
	state := stateFlowing
	for i := range partitions {
		state = worst(state, partitions[i].State)
	}
	return state
}

func greater(a, b *int64) *int64 {
	if a == nil || (b != nil && *b > *a) {
		return b
	}
	return a
}
