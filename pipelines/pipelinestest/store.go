package pipelinestest

import (
	"bytes"
	"context"
	"maps"
	"sync"

	"sluice/pipelines"
)

// Store is a sink in memory with the rules of a real one (an older version is Stale, an
// existing create is a Duplicate), and faults on demand.
type Store struct {
	mu       sync.Mutex
	docs     map[string]pipelines.Write
	fault    Fault
	Attempts int // calls of Write
	Offered  int // writes offered, all attempts together
	Inside   int // calls of Write under way
}

// Fault is asked at every attempt before the store acts: with handled true, results (or
// err) are the answer for all writes; otherwise a result that it leaves Unsettled is
// decided by the store.
type Fault func(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) (handled bool, err error)

// NewStore returns an empty store without faults.
func NewStore() *Store { return &Store{docs: map[string]pipelines.Write{}} }

// Break sets the fault of the attempts to come; nil heals.
func (s *Store) Break(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Write is pipelines.Sink.
func (s *Store) Write(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) error {
	s.mu.Lock()
	s.Attempts++
	s.Offered += len(writes)
	s.Inside++
	fault := s.fault
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.Inside--
		s.mu.Unlock()
	}()
	if fault != nil {
		if handled, err := fault(ctx, writes, results); handled || err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, w := range writes {
		if results[i].Verdict == pipelines.Unsettled {
			results[i] = s.apply(w)
		}
	}
	return nil
}

func (s *Store) apply(w pipelines.Write) pipelines.Result {
	id := w.Target + "/" + string(w.Key)
	held, exists := s.docs[id]
	switch {
	case exists && w.Version == 0:
		return pipelines.Result{Verdict: pipelines.Duplicate, Status: 409, Reason: "exists"}
	case exists && w.Version <= held.Version:
		return pipelines.Result{Verdict: pipelines.Stale, Status: 409, Reason: "version_conflict"}
	}
	w.Key, w.Body = bytes.Clone(w.Key), bytes.Clone(w.Body) // the path uses their memory again
	s.docs[id] = w
	return pipelines.Result{Verdict: pipelines.Stored, Status: 200}
}

// Docs is a copy of what is stored, by target/key.
func (s *Store) Docs() map[string]pipelines.Write {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.docs)
}

// Counts are the attempts, the writes offered and the calls under way, together.
func (s *Store) Counts() (attempts, offered, inside int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Attempts, s.Offered, s.Inside
}
