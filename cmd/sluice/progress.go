package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"sluice/internal/apikeys"
	"sluice/internal/kafka"
	"sluice/internal/progress"
	"sluice/internal/relay"
	"sluice/internal/telemetry"
	"sluice/pipelines"
)

// newProgress answers /v1/pipelines; local are the pipelines of this process. Its closer hangs up.
func newProgress(cfg *config, store relay.Outbox, local []*telemetry.Pipeline, keys *apikeys.Keys, log *zap.Logger) (*progress.Progress, func() error, error) {
	asked, closer, err := newKafkaProgress(cfg)
	if err != nil {
		return nil, nil, err
	}
	p, err := progress.New(cfg.progress(), progress.Deps{
		Kafka: asked, Keys: keys, Observer: &progressObserver{log: log, last: map[string]time.Time{}},
		Local: func() []progress.Pipeline { return localProgress(local) },
		Relay: func(ctx context.Context) (progress.Relay, error) {
			lag, err := outboxLagOf(ctx, store, time.Now())
			return lag.progress(), err
		},
	})
	if err != nil {
		return nil, nil, errors.Join(usage(err), closer())
	}
	return p, closer, nil
}

func (c *config) progress() progress.Config {
	return progress.Config{Pipelines: c.sources(c.chosen(nil)), Peers: c.Query.Peers}
}

// sources are the groups and topics of pipelines.
func (c *config) sources(specs []spec) []progress.Source {
	var sources []progress.Source
	for _, s := range specs {
		sources = append(sources, progress.Source{Pipeline: s.name, Group: c.groupID(s.name), Topic: c.Topic.Prefix + s.topic})
	}
	return sources
}

// localProgress is what this process knows of its own pipelines.
func localProgress(local []*telemetry.Pipeline) []progress.Pipeline {
	all := make([]progress.Pipeline, 0, len(local))
	for _, observer := range local {
		s := observer.Snapshot()
		p := progress.Pipeline{Pipeline: s.Pipeline, Consumed: s.Consumed, Verdicts: []progress.Count{}, Partitions: []progress.Partition{}}
		for _, e := range s.Ended {
			p.Verdicts = append(p.Verdicts, progress.Count{Verdict: e.Verdict, Reason: e.Reason, Records: e.Records})
		}
		for i := range s.Partitions {
			if part, ok := localPartition(&s.Partitions[i]); ok {
				p.Partitions = append(p.Partitions, part)
			}
		}
		all = append(all, p)
	}
	return all
}

func localPartition(s *telemetry.PartitionSnapshot) (progress.Partition, bool) {
	id, err := strconv.ParseInt(s.Partition[strings.LastIndexByte(s.Partition, '/')+1:], 10, 32)
	p := progress.Partition{Partition: int32(id), State: string(s.State), Lag: &s.Lag, OldestUnsettledMS: progress.Millis(s.Oldest)}
	if s.Committed >= 0 {
		p.Committed = &s.Committed
	}
	return p, err == nil
}

// kafkaProgress is Kafka's side of how pipelines stand.
type kafkaProgress struct {
	admin   *kafka.Admin
	scanner *kafka.Scanner
	prefix  string // of topics
}

func newKafkaProgress(cfg *config) (*kafkaProgress, func() error, error) {
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		return nil, nil, usage(err)
	}
	scanner, err := kafka.NewScanner(cfg.kafka())
	if err != nil {
		return nil, nil, errors.Join(usage(err), admin.Close())
	}
	closer := func() error { return errors.Join(admin.Close(), scanner.Close()) }
	return &kafkaProgress{admin: admin, scanner: scanner, prefix: cfg.Topic.Prefix}, closer, nil
}

func (k *kafkaProgress) topic(s progress.Source) string { return strings.TrimPrefix(s.Topic, k.prefix) }

// Offsets asks for a group's lag.
func (k *kafkaProgress) Offsets(ctx context.Context, s progress.Source) ([]progress.Offsets, error) {
	lags, err := k.admin.Lag(ctx, s.Group, k.topic(s))
	if err != nil {
		return nil, err
	}
	offsets := make([]progress.Offsets, 0, len(lags))
	for _, l := range lags {
		offsets = append(offsets, progress.Offsets{Partition: l.Partition, Committed: l.Committed, Start: l.Start, End: l.End})
	}
	return offsets, nil
}

// errFirst ends a scan at its first record.
var errFirst = errors.New("that was the first")

// Written reads the first record from an offset on.
func (k *kafkaProgress) Written(ctx context.Context, s progress.Source, partition int32, offset int64) (time.Time, error) {
	var at time.Time
	span := kafka.Span{Partition: partition, From: offset, To: offset + 1}
	err := k.scanner.Read(ctx, k.topic(s), span, func(rec *pipelines.Record) error {
		if rec.Time > 0 {
			at = time.UnixMilli(rec.Time)
		}
		return errFirst
	})
	if err != nil && !errors.Is(err, errFirst) {
		return time.Time{}, err
	}
	return at, nil
}

// progressObserver writes a line for each party that does not answer, once a minute.
type progressObserver struct {
	log *zap.Logger

	mu   sync.Mutex
	last map[string]time.Time // by party: at most the addresses of query.peers, and Kafka
}

// Unanswered writes the line.
func (o *progressObserver) Unanswered(who string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.last[who]) < time.Minute {
		return
	}
	o.last[who] = time.Now()
	o.log.Warn("no answer about pipelines", zap.String("from", who), zap.Error(err))
}
