package levels

import (
	"context"
	"errors"
	"sync"
)

// Memory is a Keeper for tests, and for services that read the topic from its start whenever they start. It takes a number of
// members and no more: to forget one would be to act again on what is old.
type Memory struct {
	limit int
	mu    sync.Mutex
	last  map[string]Stamp
}

// ErrFull says that a Memory has as many members as it may.
var ErrFull = errors.New("no room for another member")

// NewMemory has room for so many members, about 100 bytes each.
func NewMemory(limit int) *Memory { return &Memory{limit: limit, last: map[string]Stamp{}} }

// Last is the change kept for a member.
func (m *Memory) Last(_ context.Context, member string) (Stamp, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last[member], nil
}

// Keep remembers a change; ErrFull when there is no room.
func (m *Memory) Keep(_ context.Context, member string, stamp Stamp) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.last[member]; !known && len(m.last) >= m.limit {
		return ErrFull
	}
	m.last[member] = stamp
	return nil
}
