package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"sluice/internal/broker"
	"sluice/internal/datadir"
	"sluice/internal/telemetry"
	"sluice/pipelines"
	"sluice/sinks/embedded"
)

// The parts of a data directory.
const (
	brokerPart = "kafka"
	storePart  = "store"
	levelsPart = "levels"
)

// embeddedSite keeps everything in one data directory, with a broker in this process.
// It gives cfg the broker's address, and has it together.
func embeddedSite(cfg *config, reg *prometheus.Registry, log *zap.Logger) (_ *site, err error) {
	on := &site{name: "store"}
	cfg.together = true
	defer func() {
		if err != nil {
			err = errors.Join(err, closeAll(on.closers))
		}
	}()
	dir, err := datadir.Open(cfg.Data.Dir)
	if err != nil {
		return nil, err
	}
	on.closers = append(on.closers, dir.Close)
	store, err := openStore(cfg, dir)
	if err != nil {
		return nil, err
	}
	on.closers = append(on.closers, store.Close)
	on.sink = func(*telemetry.Store) (pipelines.Sink, error) { return store, nil }
	on.places, on.probes, on.retain = store, store, store.Retain
	on.check = func(context.Context) error { return nil } // the store is opened whole or not at all
	if on.members, err = embeddedMembers(cfg, dir, store, reg, log); err != nil {
		return nil, err
	}
	on.closers = append(on.closers, on.members.close)
	return on, on.addBroker(cfg, dir, reg, log)
}

func openStore(cfg *config, dir *datadir.Dir) (*embedded.Store, error) {
	path, err := dir.Sub(storePart)
	if err != nil {
		return nil, err
	}
	return embedded.Open(cfg.embedded(path))
}

// embeddedMembers keeps member levels in a file of their own.
func embeddedMembers(cfg *config, dir *datadir.Dir, beside *embedded.Store, reg *prometheus.Registry, log *zap.Logger) (members, error) {
	by, err := cfg.rules()
	if err != nil {
		return members{}, usage(err)
	}
	path, err := dir.Sub(levelsPart)
	if err != nil {
		return members{}, err
	}
	counts, err := telemetry.NewLevels(reg, log)
	if err != nil {
		return members{}, err
	}
	kept := cfg.embeddedLevels(path, by)
	kept.Observer = levelCounts{counts}
	store, err := embedded.OpenLevels(kept, beside)
	if err != nil {
		return members{}, err
	}
	published := &relaying{}
	return members{
		levelStore: nudging{levelStore: store, nudge: published.nudge}, relaying: published,
		rules: by, telemetry: counts, check: store.Ready, close: store.Close,
	}, nil
}

// embeddedReader reads the store of a data directory, beside the process that may own it.
func embeddedReader(cfg *config, data string) (*embedded.Reader, func() error, error) {
	if err := datadir.Check(data); err != nil {
		return nil, nil, usage(err)
	}
	reader, err := embedded.OpenReader(cfg.embedded(filepath.Join(data, storePart)))
	if err != nil {
		return nil, nil, err
	}
	return reader, reader.Close, nil
}

// addBroker starts the broker and tells cfg where it listens.
func (s *site) addBroker(cfg *config, dir *datadir.Dir, reg *prometheus.Registry, log *zap.Logger) error {
	path, err := dir.Sub(brokerPart)
	if err != nil {
		return err
	}
	observer, err := telemetry.NewBroker(reg, log)
	if err != nil {
		return err
	}
	b, err := broker.New(cfg.broker(path), brokerObserver{observer})
	if err != nil {
		return listenFailed("kafka.brokers", "SLUICE_KAFKA_BROKERS", "--kafka", cfg.Kafka.Brokers[0], err)
	}
	cfg.Kafka.Brokers = []string{b.Addr()}
	s.obstacle = func() string {
		if !b.Full() {
			return ""
		}
		return fmt.Sprintf("the disk of the data directory is full, it has less than %s (data.minFree) left: make room on it", cfg.Data.MinFree)
	}
	s.servers = append(s.servers, runner{name: "broker", run: b.Run})
	s.facts = append(s.facts, zap.String("kafka", b.Addr()), zap.String("data", cfg.Data.Dir))
	return nil
}

// brokerObserver tells telemetry, which knows no broker, what it reports.
type brokerObserver struct{ *telemetry.Broker }

// Repaired hands on what was mended when the broker opened its files.
func (o brokerObserver) Repaired(r broker.Repair) { o.Broker.Repaired(r.What, r.Bytes, r.From, r.To) }

// levelCounts tells telemetry, which knows no store, what the embedded one commits.
type levelCounts struct{ *telemetry.Levels }

// Applied hands on one batch: one transaction, whatever its buckets.
func (o levelCounts) Applied(a embedded.Applied) { o.Levels.Applied(1, a.Events, a.Announced, a.Took) }
