package elastic

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"sluice/pipelines"
)

// Sink writes to Elasticsearch in bulk. It is used from many goroutines at once; they
// share one adaptive limit of requests in flight.
type Sink struct {
	cfg      Config
	client   *client
	obs      Observer
	inflight *inflight
	payloads sync.Pool // *payload
	scratch  sync.Pool // *scratch
	packers  sync.Pool // *packer
}

var _ pipelines.Sink = (*Sink)(nil)

// New makes a sink; it does not speak to the server yet.
func New(cfg Config, obs Observer) (*Sink, error) {
	if obs == nil {
		return nil, errors.New("elastic: an observer is needed")
	}
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	return &Sink{cfg: c.cfg, client: c, obs: obs, inflight: newInflight(c.cfg.MaxInFlight, obs.Limited)}, nil
}

// scratch is the memory of one Write, reused from one to the next.
type scratch struct {
	at    []int  // the writes to be sent, by their place in the batch
	items []item // what the answer says of them
	reply []byte // the answer

	guards []guard // one for each write when their documents are merged, else none
}

// guard is the guard of the i-th write, nil when it is written as it came.
func (s *scratch) guard(i int) *guard {
	if s.guards == nil {
		return nil
	}
	return &s.guards[i]
}

// Write sends the writes in one bulk request, or in as many as the body limit asks for, and
// fills results. The error is nil as soon as one request was answered: what then has no answer is Retry. A
// batch of which nothing was answered leaves an error. Orders are merged with what is there: see merge.
func (s *Sink) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	if len(writes) != len(results) {
		return fmt.Errorf("writing bulk: %d results for %d writes", len(results), len(writes))
	}
	sc, ok := s.scratch.Get().(*scratch)
	if !ok {
		sc = new(scratch)
	}
	defer s.scratch.Put(sc)

	for len(writes) > 0 {
		n := sameWay(writes)
		way := s.replace
		if merges(writes[0].Target) {
			way = s.merge
		}
		if err := way(ctx, writes[:n], results[:n], sc); err != nil {
			return err
		}
		writes, results = writes[n:], results[n:]
	}
	return nil
}

// replace sends the writes as they are.
func (s *Sink) replace(ctx context.Context, writes []pipelines.Write, results []pipelines.Result, sc *scratch) error {
	sc.guards = nil
	b := batch{sink: s, scratch: sc, writes: writes, results: results}
	return b.run(ctx)
}

// Close ends the connections that are not in use.
func (s *Sink) Close() { s.client.close() }
