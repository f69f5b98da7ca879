package main

import (
	"context"
	"errors"

	"sluice/internal/drill/stage"
	"sluice/internal/kafka"
	"sluice/pipelines"
)

// drillAdmin is an operator's hand on the brokers, past any way.
func drillAdmin(brokers []string) (stage.Admin, error) {
	cfg := kafka.Config{Brokers: brokers, ClientID: "sluice-drill"}
	admin, err := kafka.NewAdmin(cfg)
	if err != nil {
		return stage.Admin{}, err
	}
	scanner, err := kafka.NewScanner(cfg)
	if err != nil {
		return stage.Admin{}, errors.Join(err, admin.Close())
	}
	publisher, err := kafka.NewPublisher(cfg, kafka.PublisherConfig{})
	if err != nil {
		return stage.Admin{}, errors.Join(err, scanner.Close(), admin.Close())
	}
	return stage.Admin{
		Topics: admin, Settings: admin, Leaders: admin, Groups: drillGroups{admin},
		Sweeper: drillSweeper{Admin: admin, closers: []func() error{publisher.Close, scanner.Close}},
		Records: drillRecords{scanner: scanner, publisher: publisher},
	}, nil
}

// drillGroups tells how groups stand.
type drillGroups struct{ *kafka.Admin }

// Offsets are of every partition.
func (g drillGroups) Offsets(ctx context.Context, group, topic string) (map[int32]stage.Offsets, error) {
	parts, err := g.Lag(ctx, group, topic)
	if err != nil {
		return nil, err
	}
	at := make(map[int32]stage.Offsets, len(parts))
	for _, p := range parts {
		at[p.Partition] = stage.Offsets{Start: p.Start, End: p.End, Committed: p.Committed}
	}
	return at, nil
}

// drillSweeper hangs up for all of them.
type drillSweeper struct {
	*kafka.Admin
	closers []func() error
}

// Close hangs up.
func (s drillSweeper) Close() error { return closeAll(append(s.closers, s.Admin.Close)) }

// drillRecords reads and writes single records.
type drillRecords struct {
	scanner   *kafka.Scanner
	publisher *kafka.Publisher
}

// Read hands on what is there.
func (r drillRecords) Read(ctx context.Context, topic string, partition int32, from, to int64, each func(offset int64, value []byte) error) error {
	return r.scanner.Read(ctx, topic, kafka.Span{Partition: partition, From: from, To: to}, func(rec *pipelines.Record) error {
		return each(rec.Offset, rec.Value)
	})
}

// Write waits for every replica in sync.
func (r drillRecords) Write(ctx context.Context, topic string, key, value []byte) error {
	return r.publisher.Publish(ctx, topic, []pipelines.Record{{Key: key, Value: value}})
}
