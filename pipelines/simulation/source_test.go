package simulation

import (
	"context"
	"errors"
	"time"

	"sluice/pipelines"
)

// source is one owner's view of one partition. What changes in it is guarded by the world's lock.
type source struct {
	process *process
	part    *partition
	epoch   int64
	next    int64
	read    int64 // below which it has handed out records
	sure    int64 // committed through it, or where it began
	polls   int64
	commits int64
	polling bool          // a Poll is under way
	asked   bool          // a Commit is under way
	handed  []int64       // the offset behind each record handed out
	fenced  time.Duration // when its lane was told that the partition is gone; 0 = never
	over    bool          // its lane has returned
}

var (
	errSource = errors.New("the source broke")
	errCommit = errors.New("the commit failed")
)

func (s *source) ids(n int64) []int64 {
	return []int64{int64(s.part.id), s.epoch, n}
}

// Poll is pipelines.Source.
func (s *source) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	p, w := s.process, s.process.world
	for i := range dst { // a source may write to it from the first moment on
		dst[i] = pipelines.Record{Offset: -1}
	}
	defer s.once(&s.polling, "poll")()
	if err := p.enter(ctx, "poll", s.ids(0)...); err != nil {
		return 0, err
	}
	if err := s.await(ctx); err != nil {
		return 0, err
	}
	w.mu.Lock()
	s.polls++
	n := s.polls
	w.mu.Unlock()
	if err := p.wait(ctx, w.chance.between(50*time.Microsecond, 20*time.Millisecond, "poll", s.ids(n)...), "polled", s.ids(n)...); err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.during(pollsFail, w.now()); f != nil && w.chance.hits(f.permille, "poll fails", s.ids(n)...) {
		w.oracle.polledInVain[p] = true
		w.oracle.saw("source broken")
		return 0, errSource
	}
	if f := w.during(pollsRepeat, w.now()); f != nil && w.chance.hits(f.permille/4, "poll repeats", s.ids(n)...) {
		s.next = max(s.sure, s.next-int64(1+w.chance.below(20, "back", s.ids(n)...)))
		w.oracle.saw("repeated poll")
	}
	return s.fill(dst), nil
}

// once checks that a method is under way once at a time; it is so until the function returned is called.
func (s *source) once(under *bool, method string) func() {
	w := s.process.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if *under {
		w.oracle.complain("%v calls %s of partition %d while another call of it is under way", s.process, method, s.part.id)
	}
	*under = true
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		*under = false
	}
}

// await waits for a record.
func (s *source) await(ctx context.Context) error {
	for {
		w := s.process.world
		w.mu.Lock()
		grown, there := s.part.grown, s.part.end() > s.next
		w.mu.Unlock()
		if there {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (s *source) fill(dst []pipelines.Record) int {
	w := s.process.world
	n := 0
	for _, e := range s.part.log[s.part.at(s.next):] {
		if n == len(dst) {
			break
		}
		dst[n] = e.wire
		s.next = e.offset + 1
		s.handed = append(s.handed, s.next)
		n++
	}
	s.read = max(s.read, s.next)
	w.note("polled", int64(s.part.id), s.next, int64(n))
	return n
}

// Commit is pipelines.Source.
func (s *source) Commit(ctx context.Context, next int64) error {
	p, w := s.process, s.process.world
	defer s.once(&s.asked, "commit")()
	w.mu.Lock()
	s.commits++
	ids := s.ids(s.commits)
	w.oracle.committing(s, next)
	delay := w.chance.between(100*time.Microsecond, 20*time.Millisecond, "commit", ids...)
	if f := w.during(commitsSlow, w.now()); f != nil && w.chance.hits(f.permille, "commit slow", ids...) {
		w.oracle.saw("slow commit")
		delay += w.chance.between(0, 4*time.Second, "how slow", ids...)
	}
	if held := w.refuses - w.now(); held > 0 {
		w.oracle.saw("commit held up")
		delay += held
	}
	w.mu.Unlock()
	if err := p.enter(ctx, "commit", ids...); err != nil {
		return err
	}
	err := p.wait(ctx, delay, "committed", ids...)
	w.mu.Lock()
	defer w.mu.Unlock()
	arrives := err == nil || w.chance.hits(500, "commit arrives", ids...)
	switch f := w.during(commitsFail, w.now()); {
	case s.epoch != s.part.epoch || s.over:
		if err == nil {
			w.oracle.saw("fenced commit")
			err, s.fenced = pipelines.ErrFenced, w.now()
		}
		return err
	case f != nil && w.chance.hits(f.permille, "commit fails", ids...):
		w.oracle.saw("failed commit")
		arrives, err = w.chance.hits(500, "commit arrives", ids...), errCommit
	}
	if arrives {
		w.oracle.committed(s, next)
		s.part.committed = next
		w.note("committed", int64(s.part.id), next)
	}
	return err
}

// Lag is pipelines.Source.
func (s *source) Lag() int64 {
	s.process.world.mu.Lock()
	defer s.process.world.mu.Unlock()
	return max(s.part.end()-s.next, 0)
}
