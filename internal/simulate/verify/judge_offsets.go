package verify

// offsets is L9: no look ever saw a commit go back or pass the end of its partition; at the end every
// pipeline has committed what was in every partition when verify began, which is all that the load has sent.
func (v *verifier) offsets() Assertion {
	j := judging("L9", "offsets")
	type place struct {
		pipeline  string
		partition int32
	}
	last := map[place][2]int64{}
	for i := range v.samples {
		for r := range v.samples[i].Readers {
			reader := &v.samples[i].Readers[r]
			for p := range reader.Partitions {
				at := &reader.Partitions[p]
				key := place{reader.Pipeline, at.Partition}
				was := last[key]
				if at.Committed < was[0] && at.Committed >= 0 || at.Committed < 0 && was[0] > 0 {
					j.fault("%s committed %d in partition %d, and later %d", key.pipeline, was[0], key.partition, at.Committed)
				}
				if at.End < was[1] {
					j.fault("partition %d of %s ended at %d, and later at %d", key.partition, key.pipeline, was[1], at.End)
				}
				if at.Committed > at.End {
					j.fault("%s committed %d in partition %d, which ends at %d", key.pipeline, at.Committed, key.partition, at.End)
				}
				last[key] = [2]int64{max(was[0], at.Committed), at.End}
			}
		}
	}
	end := &v.samples[len(v.samples)-1]
	for r := range end.Readers {
		goal := v.goal.Reader(end.Readers[r].Pipeline)
		for p := range min(len(goal.Partitions), len(end.Readers[r].Partitions)) {
			if at, to := &end.Readers[r].Partitions[p], goal.Partitions[p].End; at.Next() < to {
				j.fault("%s has committed %d of partition %d, which ended at %d", end.Readers[r].Pipeline, at.Next(), at.Partition, to)
			}
		}
	}
	j.say("%d looks at %d partitions of %d pipelines; lag at the end %d", len(v.samples), len(last), len(end.Readers), end.Behind(&v.goal))
	return j.done()
}
