package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"sluice/internal/kafka"
	"sluice/internal/send"
	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/load"
	"sluice/schemas"
)

// simulateParts are what a load is sent with.
type simulateParts struct {
	deps     load.Deps
	offsets  *readerOffsets
	counters *processCounters
	topic    bool // some of the poison goes there
	closers  []func() error
}

// parts dials nothing but what the topic's share of the poison needs.
func (c *simulateLoadCmd) parts(cfg *config, l *load.Config) (*simulateParts, error) {
	gateway, err := send.NewGateway(c.To, c.Key, c.Workers, c.Timeout)
	if err != nil {
		return nil, usage(err)
	}
	s := &simulateParts{counters: newProcessCounters(c.Ops), topic: l.Plan.Shares.Poison*l.Plan.Shares.Topic > 0}
	s.deps.Gateway = simulateGateway{gateway}
	if len(c.Ops) > 0 {
		s.deps.Counters = s.counters
	}
	s.closers = append(s.closers, closing(gateway.Close))
	admin, err := kafka.NewAdmin(cfg.kafka())
	if err != nil {
		return nil, usage(err)
	}
	s.closers = append(s.closers, admin.Close)
	s.offsets = newReaderOffsets(cfg, admin)
	s.deps.Offsets = s.offsets
	if s.topic {
		publisher, err := kafka.NewPublisher(cfg.kafka(), cfg.publisher())
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.deps.Topic = publisher
		s.closers = append(s.closers, publisher.Close)
	}
	return s, nil
}

// standing is where readers and counters stand at one moment.
type standing struct {
	offsets  ledger.Sample
	counters ledger.Counters
}

// stand asks.
func (s *simulateParts) stand(ctx context.Context) (at standing, err error) {
	if at.offsets, err = s.offsets.Sample(ctx); err != nil {
		return at, fmt.Errorf("asking Kafka where the pipelines stand: %w", err)
	}
	if len(s.counters.urls) > 0 {
		at.counters, err = s.counters.Read(ctx)
	}
	return at, err
}

// note writes it down.
func (at *standing) note(book *ledger.Writer) error {
	if err := book.Sample(at.offsets); err != nil || len(at.counters.Processes) == 0 {
		return err
	}
	return book.Counters(at.counters)
}

// finish notes it again when the pipelines are done with the load; when they are not, verify will ask.
func (s *simulateParts) finish(ctx context.Context, book *ledger.Writer, settled bool) error {
	if !settled {
		return nil
	}
	at, err := s.stand(ctx)
	if err != nil {
		return nil //nolint:nilerr // the load is done: verify asks again
	}
	return at.note(book)
}

func (s *simulateParts) close() error {
	var errs []error
	for _, closer := range slices.Backward(s.closers) {
		errs = append(errs, closer())
	}
	return errors.Join(errs...)
}

// simulateGateway posts a load's requests as send does its files.
type simulateGateway struct{ *send.Gateway }

// Post hands one body on.
func (g simulateGateway) Post(ctx context.Context, body []byte, ends []int) (load.Answer, error) {
	said, err := g.Gateway.Post(ctx, &send.Batch{Body: body, Ends: ends})
	if err != nil {
		if busy, ok := errors.AsType[*send.Busy](err); ok {
			return load.Answer{}, &load.Busy{Status: busy.Status, After: busy.After, Err: busy.Err}
		}
		return load.Answer{}, err
	}
	answer := load.Answer{Rejected: said.Rejected}
	for _, e := range said.Errors {
		answer.Refused = append(answer.Refused, ledger.Refusal{Index: e.Index, Code: e.Code})
	}
	return answer, nil
}

// readerOffsets asks Kafka where the pipelines stand.
type readerOffsets struct {
	admin   *kafka.Admin
	readers []ledger.Pipeline
}

func newReaderOffsets(cfg *config, admin *kafka.Admin) *readerOffsets {
	return &readerOffsets{admin: admin, readers: readersOf(cfg, schemas.TopicPings, simulatePipelines()...)}
}

func readersOf(cfg *config, topic string, names ...string) (readers []ledger.Pipeline) {
	for _, name := range names {
		readers = append(readers, ledger.Pipeline{Name: name, Group: cfg.groupID(name), Topic: topic})
	}
	return readers
}

// Sample asks for each pipeline's commits and the ends of its partitions.
func (o *readerOffsets) Sample(ctx context.Context) (ledger.Sample, error) {
	s := ledger.Sample{Asked: time.Now().UnixMilli()}
	for _, r := range o.readers {
		parts, err := o.admin.Lag(ctx, r.Group, r.Topic)
		if err != nil {
			return s, err
		}
		reader := ledger.Reader{Pipeline: r.Name}
		for _, p := range parts {
			reader.Partitions = append(reader.Partitions, ledger.Offsets{Partition: p.Partition, Start: p.Start, Committed: p.Committed, End: p.End})
		}
		s.Readers = append(s.Readers, reader)
	}
	s.At = time.Now().UnixMilli()
	return s, nil
}

// processCounters scrapes ops listeners.
type processCounters struct {
	urls   []string
	client *http.Client
}

func newProcessCounters(urls []string) *processCounters {
	return &processCounters{urls: urls, client: &http.Client{Timeout: scrapeTimeout}}
}

const scrapeTimeout = 10 * time.Second
