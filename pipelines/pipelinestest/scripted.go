package pipelinestest

import (
	"context"
	"sort"
	"sync"

	"sluice/pipelines"
)

// Scripted is a Group in memory: a test appends records, revokes and assigns partitions,
// and reads what was committed. It works inside a synctest bubble.
type Scripted struct {
	topic string
	serve pipelines.Serve
	ctx   context.Context //nolint:containedctx // the group's own lifetime, handed to lanes that the test assigns later
	lanes sync.WaitGroup

	mu        sync.Mutex
	parts     map[int32]*log
	serving   map[int32]*serving
	failed    chan error
	started   chan struct{}
	FailNext  error                        // the next commit fails with it, once
	OnCommit  func(part int32, next int64) // sees every commit before it counts; set it before Run
	Commits   int                          // commits that succeeded
	Polls     int                          // polls that returned records
	Backwards bool                         // a commit moved a mark back
}

type log struct {
	records   []pipelines.Record
	base      int64 // offset of records[0]
	committed int64
	grown     chan struct{} // closed and replaced when records grow
}

type serving struct {
	cancel context.CancelCauseFunc
	done   chan struct{}
}

// NewScripted returns a group of so many empty partitions, all of them assigned at Run.
func NewScripted(topic string, partitions int32) *Scripted {
	s := &Scripted{topic: topic, parts: map[int32]*log{}, serving: map[int32]*serving{}, failed: make(chan error, partitions+1), started: make(chan struct{})}
	for id := range partitions {
		s.parts[id] = &log{grown: make(chan struct{})}
	}
	return s
}

// Append puts records at the end of a partition; it fills their offsets in and returns
// the first. An offset set by the test that is beyond the end leaves a gap.
func (s *Scripted) Append(part int32, records ...pipelines.Record) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.parts[part]
	first := l.end()
	for _, rec := range records {
		rec.Offset = max(rec.Offset, l.end())
		l.records = append(l.records, rec)
	}
	close(l.grown)
	l.grown = make(chan struct{})
	return first
}

func (l *log) end() int64 {
	if n := len(l.records); n > 0 {
		return l.records[n-1].Offset + 1
	}
	return l.base
}

// Committed is the offset below which the partition is settled.
func (s *Scripted) Committed(part int32) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parts[part].committed
}

// Run serves every partition until ctx ends.
func (s *Scripted) Run(ctx context.Context, serve pipelines.Serve) error {
	s.serve, s.ctx = serve, context.WithoutCancel(ctx)
	for part := range s.parts {
		s.Assign(part) //nolint:contextcheck // its context is the one kept above, since tests assign lanes later too
	}
	close(s.started)
	var err error
	select {
	case <-ctx.Done():
	case err = <-s.failed:
	}
	s.mu.Lock()
	for _, lane := range s.serving {
		lane.cancel(pipelines.ErrStopped)
	}
	s.mu.Unlock()
	s.lanes.Wait()
	return err
}

// Started is closed once Run has assigned every partition.
func (s *Scripted) Started() <-chan struct{} { return s.started }

// Assign gives the partition to a new lane, which begins at the commit.
func (s *Scripted) Assign(part int32) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	lane := &serving{cancel: cancel, done: make(chan struct{})}
	s.mu.Lock()
	s.serving[part] = lane
	src := &source{group: s, part: part, next: s.parts[part].committed}
	s.mu.Unlock()
	s.lanes.Go(func() {
		defer close(lane.done)
		err := s.serve(ctx, pipelines.Partition{Topic: s.topic, ID: part}, src)
		s.mu.Lock()
		src.fenced = true
		s.mu.Unlock()
		if err != nil {
			s.failed <- err
		}
	})
}

// Revoke takes the partition from its lane and waits until the lane has let go.
func (s *Scripted) Revoke(part int32) {
	s.mu.Lock()
	lane := s.serving[part]
	delete(s.serving, part)
	s.mu.Unlock()
	lane.cancel(pipelines.ErrRevoked)
	<-lane.done
}

type source struct {
	group  *Scripted
	part   int32
	next   int64
	fenced bool
}

func (s *source) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	for {
		s.group.mu.Lock()
		l := s.group.parts[s.part]
		n := 0
		from := sort.Search(len(l.records), func(i int) bool { return l.records[i].Offset >= s.next })
		for i := from; i < len(l.records) && n < len(dst); i++ {
			dst[n] = l.records[i]
			s.next = dst[n].Offset + 1
			n++
		}
		grown := l.grown
		if n > 0 {
			s.group.Polls++
		}
		s.group.mu.Unlock()
		if n > 0 {
			return n, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

func (s *source) Commit(_ context.Context, next int64) error {
	s.group.mu.Lock()
	defer s.group.mu.Unlock()
	if s.fenced {
		return pipelines.ErrFenced
	}
	if err := s.group.FailNext; err != nil {
		s.group.FailNext = nil
		return err
	}
	if s.group.OnCommit != nil {
		s.group.OnCommit(s.part, next)
	}
	l := s.group.parts[s.part]
	s.group.Backwards = s.group.Backwards || next < l.committed
	l.committed = next
	s.group.Commits++
	return nil
}

func (s *source) Lag() int64 {
	s.group.mu.Lock()
	defer s.group.mu.Unlock()
	return s.group.parts[s.part].end() - s.next
}
