package watch

import (
	"context"
	"errors"
	"maps"
	"sync"

	"sluice/internal/drill/stage"
)

// world is processes and a group whose numbers a test sets.
type world struct {
	mu    sync.Mutex
	said  map[string][]Metric // by ops address
	parts map[int32]stage.Offsets
	deaf  bool // Kafka does not answer
}

func (w *world) Scrape(_ context.Context, ops string) ([]Metric, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.said[ops] == nil {
		return nil, errors.New("nobody listens")
	}
	return w.said[ops], nil
}

func (w *world) Offsets(ctx context.Context, _, _ string) (map[int32]stage.Offsets, error) {
	w.mu.Lock()
	deaf, parts := w.deaf, maps.Clone(w.parts)
	w.mu.Unlock()
	if deaf {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return parts, nil
}

// says sets what a process shows: how many records it consumed in which life, and its memory.
func (w *world) says(ops string, life, consumed, retried, rss float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	pipeline := map[string]string{"pipeline": "gps-live", "reason": "status_429"}
	w.said[ops] = []Metric{
		{Name: "process_start_time_seconds", Value: life},
		{Name: "process_resident_memory_bytes", Value: rss},
		{Name: "go_goroutines", Value: 40},
		{Name: "sluice_records_consumed_total", Labels: map[string]string{"pipeline": "gps-live"}, Value: consumed},
		{Name: "sluice_retries_total", Labels: pipeline, Value: retried},
		{Name: "sluice_oldest_unsettled_seconds", Labels: map[string]string{"pipeline": "gps-live"}, Value: 2},
	}
}

func (w *world) silent(ops string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said[ops] = nil
}

func (w *world) at(committed, end int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.parts = map[int32]stage.Offsets{0: {Committed: committed, End: end}}
}

type here string

func (here) Alive() bool   { return true }
func (h here) Ops() string { return string(h) }

func newWorld() (*world, Config) {
	return &world{said: map[string][]Metric{}, parts: map[int32]stage.Offsets{}}, Config{
		Targets:   []Target{{Name: "pipelines-1", Process: here("one")}, {Name: "pipelines-2", Process: here("two")}},
		Pipelines: []Pipeline{{Name: "gps-live", Group: "g", Topic: "t"}},
	}
}
