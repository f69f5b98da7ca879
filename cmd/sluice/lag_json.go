package main

import "sluice/internal/progress"

// lagJSON is one sample as JSON; its names are those of /v1/pipelines, null what is not known.
type lagJSON struct {
	At        int64             `json:"at"` // ms since 1970 UTC
	Pipelines []lagPipelineJSON `json:"pipelines"`
	Relay     *progress.Relay   `json:"relay"` // what waits to be published
}

type lagPipelineJSON struct {
	Pipeline string `json:"pipeline"`
	Group    string `json:"group"`
	Topic    string `json:"topic"`
	lagPaceJSON
	Partitions []lagPartitionJSON `json:"partitions"`
}

type lagPartitionJSON struct {
	Partition int32 `json:"partition"`
	Committed int64 `json:"committed"` // next offset, -1 = none yet
	End       int64 `json:"end"`
	lagPaceJSON
}

type lagPaceJSON struct {
	Lag               int64    `json:"lag"`
	OldestUnsettledMS *int64   `json:"oldestUnsettledMs"`
	RatePerSecond     *float64 `json:"ratePerSecond"`
	ProducedPerSecond *float64 `json:"producedPerSecond"`
	TimeToDrainMS     *int64   `json:"timeToDrainMs"` // null: never, or not known
}

func lagJSONOf(seen lagSeen) lagJSON {
	out := lagJSON{Pipelines: make([]lagPipelineJSON, len(seen.lines))}
	if r := seen.relay; r != nil && r.unknown == nil {
		said := r.progress()
		out.Relay = &said
	}
	for i := range seen.lines {
		l := &seen.lines[i]
		out.At = l.sample.At.UnixMilli()
		p := lagPipelineJSON{
			Pipeline: l.source.Pipeline, Group: l.source.Group, Topic: l.source.Topic,
			lagPaceJSON: paceJSON(&l.total), Partitions: make([]lagPartitionJSON, len(l.paces)),
		}
		for k := range l.paces {
			o := &l.sample.Partitions[k]
			p.Partitions[k] = lagPartitionJSON{Partition: o.Partition, Committed: o.Committed, End: o.End, lagPaceJSON: paceJSON(&l.paces[k])}
		}
		out.Pipelines[i] = p
	}
	return out
}

func paceJSON(p *progress.Pace) lagPaceJSON {
	return lagPaceJSON{
		Lag: p.Lag, OldestUnsettledMS: progress.Millis(p.Oldest), RatePerSecond: progress.Rate(p.Settled),
		ProducedPerSecond: progress.Rate(p.Produced), TimeToDrainMS: progress.Millis(p.Drain),
	}
}
