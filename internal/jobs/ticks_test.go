package jobs

import (
	"context"
	"sync"

	"sluice/pipelines"
	"sluice/schemas"
)

// topic is the ticks' topic and the group over it: one partition, held by one of those who have joined.
type topic struct {
	mu      sync.Mutex
	grown   chan struct{} // closed when there is more
	records []pipelines.Record
	members []*member // in the order of joining; the first one holds the partition
	down    bool      // nothing can be written
	holds   *holding
	thaw    chan struct{} // closed when those that are frozen go on
}

// member is one process in the group.
type member struct {
	topic  *topic
	ctx    context.Context // of its Run
	assign chan *holding
	frozen bool // it does not learn what becomes of the partition
}

// holding is the time for which a member holds the partition: its source.
type holding struct {
	member *member
	end    context.CancelCauseFunc
	next   int
	over   bool
}

func newTopic() *topic { return &topic{grown: make(chan struct{})} }

func (t *topic) Publish(ctx context.Context, _ string, records []pipelines.Record) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.down || ctx.Err() != nil {
		return errAway
	}
	for _, rec := range records {
		rec.Offset = int64(len(t.records))
		t.records = append(t.records, rec)
	}
	close(t.grown)
	t.grown = make(chan struct{})
	return nil
}

func (h *holding) Poll(ctx context.Context, dst []pipelines.Record) (int, error) {
	t := h.member.topic
	for {
		h.freeze()
		t.mu.Lock()
		n := copy(dst, t.records[h.next:])
		h.next += n
		grown := t.grown
		t.mu.Unlock()
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

func (h *holding) Commit(context.Context, int64) error {
	h.member.topic.mu.Lock()
	defer h.member.topic.mu.Unlock()
	if h.over {
		return pipelines.ErrFenced
	}
	return nil
}

func (h *holding) Lag() int64 { return 0 }

// freeze blocks whoever is frozen.
func (h *holding) freeze() {
	h.member.topic.mu.Lock()
	frozen, thaw := h.member.frozen, h.member.topic.thaw
	h.member.topic.mu.Unlock()
	if frozen && thaw != nil {
		<-thaw
	}
}

// Run is a member's life in the group.
func (t *topic) Run(ctx context.Context, serve pipelines.Serve) error {
	m := &member{topic: t, ctx: ctx, assign: make(chan *holding, 1)}
	t.mu.Lock()
	t.members = append(t.members, m)
	t.settle()
	t.mu.Unlock()
	defer t.leave(m)
	for {
		var h *holding
		select {
		case h = <-m.assign:
		case <-ctx.Done():
			return nil
		}
		for over := false; !over; {
			held, end := context.WithCancelCause(ctx)
			t.mu.Lock()
			h.end = end
			over = h.over
			t.mu.Unlock()
			if !over {
				if err := serve(held, pipelines.Partition{Topic: schemas.TopicTicks}, h); err != nil {
					return err
				}
			}
			end(nil)
			over = over || ctx.Err() != nil || h.gone()
		}
	}
}

func (h *holding) gone() bool {
	h.member.topic.mu.Lock()
	defer h.member.topic.mu.Unlock()
	return h.over
}

// settle gives the partition to the first member that is alive. The lock is held.
func (t *topic) settle() {
	if t.holds != nil || len(t.members) == 0 {
		return
	}
	m := t.members[0]
	t.holds = &holding{member: m, next: len(t.records)}
	m.assign <- t.holds
}

func (t *topic) leave(m *member) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(m)
	t.settle()
}

// drop takes a member out. Who is frozen is not told. The lock is held.
func (t *topic) drop(m *member) {
	for i, other := range t.members {
		if other == m {
			t.members = append(t.members[:i], t.members[i+1:]...)
			break
		}
	}
	if h := t.holds; h != nil && h.member == m {
		h.over = true
		t.holds = nil
		if h.end != nil && !m.frozen {
			h.end(pipelines.ErrRevoked)
		}
	}
}

// expire lets the session of the holder run out without its knowledge; what gives is when it learns of it.
func (t *topic) expire() (learns func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.holds
	if h == nil {
		return func() {}
	}
	h.member.frozen = true
	t.drop(h.member)
	t.settle()
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if h.end != nil {
			h.end(pipelines.ErrRevoked)
		}
	}
}

// ticksOfFirst counts the ticks of whoever wrote the first.
func (t *topic) ticksOfFirst() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, rec := range t.records {
		if string(rec.Key) == string(t.records[0].Key) {
			n++
		}
	}
	return n
}
