package progress

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// kafka is what Kafka is called among those who did not answer.
const kafka = "kafka"

// view is what one look at everybody gave.
type view struct {
	at          time.Time
	samples     []Sample // by pipeline; nil when Kafka did not answer
	parts       []Answer // of this process and of its peers
	relay       *Relay   // nil when it is not known
	unreachable []string
}

// ask looks at Kafka, at the store of member levels, at this process and at its peers, side by side.
func (p *Progress) ask(ctx context.Context) view {
	v := view{}
	var others sync.WaitGroup
	var parts []Answer
	var away []string
	others.Go(func() { parts, away = p.askPeers(ctx) })
	var unheard error
	others.Go(func() { v.relay, unheard = p.askRelay(ctx) })
	samples, err := p.askKafka(ctx)
	others.Wait()
	if unheard != nil {
		p.deps.Observer.Unanswered(levels, unheard)
		v.unreachable = append(v.unreachable, levels)
	}
	if err != nil {
		p.deps.Observer.Unanswered(kafka, err)
		v.unreachable = append(v.unreachable, kafka)
	}
	v.samples = samples
	v.parts = append(parts, p.own())
	v.unreachable = append(v.unreachable, away...)
	v.at = time.Now()
	return v
}

// own is what this process can say of its own pipelines.
func (p *Progress) own() Answer {
	own := Answer{At: time.Now().UnixMilli(), Process: p.process, Pipelines: p.deps.Local(), Unreachable: []string{}}
	if own.Pipelines == nil {
		own.Pipelines = []Pipeline{}
	}
	for i := range own.Pipelines {
		l := &own.Pipelines[i]
		l.State = stateOf(l.Partitions)
		for k := range l.Partitions {
			l.Lag = sum(l.Lag, l.Partitions[k].Lag)
			l.OldestUnsettledMS = greater(l.OldestUnsettledMS, l.Partitions[k].OldestUnsettledMS)
		}
		for _, s := range p.cfg.Pipelines {
			if s.Pipeline == l.Pipeline {
				l.Group, l.Topic = s.Group, s.Topic
			}
		}
	}
	return own
}

func (p *Progress) askKafka(ctx context.Context) ([]Sample, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.KafkaTimeout)
	defer cancel()
	samples, err := p.offsets(ctx)
	if err != nil {
		return nil, err
	}
	p.ages(ctx, samples)
	return samples, nil
}

// offsets takes a sample of each pipeline.
func (p *Progress) offsets(ctx context.Context) ([]Sample, error) {
	samples := make([]Sample, len(p.cfg.Pipelines))
	for i, s := range p.cfg.Pipelines {
		sample, err := Take(ctx, p.deps.Kafka, s)
		if err != nil {
			return nil, err
		}
		samples[i] = sample
	}
	return samples, nil
}

// ages adds the ages of oldest records, as far as Kafka tells them in time.
func (p *Progress) ages(ctx context.Context, samples []Sample) {
	for i := range samples {
		if err := AddAges(ctx, p.deps.Kafka, p.cfg.Pipelines[i], &samples[i]); err != nil {
			p.deps.Observer.Unanswered(kafka, err)
		}
	}
}

// Take takes one sample of a pipeline, without ages.
func Take(ctx context.Context, k Kafka, s Source) (Sample, error) {
	partitions, err := k.Offsets(ctx, s)
	if err != nil {
		return Sample{}, fmt.Errorf("pipeline %s: %w", s.Pipeline, err)
	}
	return Sample{At: time.Now(), Partitions: partitions}, nil
}

// mostAges is of how many partitions the age is asked for, those with the greatest lag:
// each costs a fetch. agesAtOnce of them are under way at once.
const (
	mostAges   = 32
	agesAtOnce = 4
)

// AddAges sets Oldest of the partitions that have a lag. The error is the first one; what was
// told is kept.
func AddAges(ctx context.Context, k Kafka, s Source, sample *Sample) error {
	behind := furthest(sample.Partitions, mostAges)
	errs := make([]error, len(behind))
	var asking sync.WaitGroup
	slots := make(chan struct{}, agesAtOnce)
	for i, part := range behind {
		slots <- struct{}{}
		asking.Go(func() {
			defer func() { <-slots }()
			part.Oldest, errs[i] = k.Written(ctx, s, part.Partition, part.Next())
		})
	}
	asking.Wait()
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("pipeline %s: %w", s.Pipeline, err)
		}
	}
	return nil
}
