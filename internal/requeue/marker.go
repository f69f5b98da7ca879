package requeue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sluice/pipelines"
)

// Writer writes records so that they are durable before it answers.
type Writer interface {
	// PublishTo returns nil only once every in-sync replica has the records. A partition that
	// is not there any more is left to the records' keys.
	PublishTo(ctx context.Context, part pipelines.Partition, records []pipelines.Record) error
}

// marker writes the marks of letters that are done with, many at once.
type marker struct {
	writer Writer
	topic  string // of the dead letters
	what   string
	who    string

	mu    sync.Mutex
	done  map[int32][]int64
	n     int
	since time.Time // the oldest of them
}

// Marks wait for one another: so many letters, or so long. After a crash so many may be
// requeued once more.
const (
	markEvery = 500
	markAfter = time.Second
)

// markTakes is how long a flush may take, beyond the end of whatever asked for it.
const markTakes = 30 * time.Second

// add takes a letter that is done with, and flushes when enough have come together.
func (m *marker) add(ctx context.Context, id ID) error {
	m.mu.Lock()
	if m.done == nil {
		m.done, m.since = make(map[int32][]int64), time.Now()
	}
	m.done[id.Partition] = append(m.done[id.Partition], id.Offset)
	m.n++
	enough := m.n >= markEvery || time.Since(m.since) >= markAfter
	m.mu.Unlock()
	if enough {
		return m.flush(ctx)
	}
	return nil
}

// flush writes what is unwritten. It does not end with ctx: what was done has to be said.
func (m *marker) flush(ctx context.Context) error {
	m.mu.Lock()
	done := m.done
	m.done, m.n = nil, 0
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTakes)
	defer cancel()
	for partition, all := range done {
		mark := Mark{What: m.what, At: time.Now().UnixMilli(), Who: m.who, runs: runsOf(all)}
		part := pipelines.Partition{Topic: m.topic, ID: partition}
		if err := m.writer.PublishTo(ctx, part, []pipelines.Record{mark.record()}); err != nil {
			return fmt.Errorf("marking %d letters of %v as %s: %w", len(all), part, m.what, err)
		}
	}
	return nil
}
