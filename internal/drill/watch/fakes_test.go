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
	life  map[string]float64  // by ops address: when the present one began
	begun map[string]int      // … how many were
	ended map[string][]Farewell
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
	if w.life[ops] != life {
		w.life[ops] = life
		w.begun[ops]++
	}
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

// parted has a life end and say how many records it consumed.
func (w *world) parted(ops string, life, consumed float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	metric := func(name, verdict string, n float64) Metric {
		return Metric{Name: name, Labels: map[string]string{"pipeline": "gps-live", "verdict": verdict}, Value: n}
	}
	w.ended[ops] = append(w.ended[ops], Farewell{Started: life, Metrics: []Metric{
		metric("sluice_records_consumed_total", "", consumed), metric("sluice_records_total", "stored", consumed),
	}})
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

// here is a process of the world.
type here struct {
	*world
	ops string
}

func (here) Alive() bool   { return true }
func (h here) Ops() string { return h.ops }

func (h here) Lives() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.begun[h.ops]
}

func (h here) Farewells() ([]Farewell, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ended[h.ops], nil
}

func newWorld() (*world, Config) {
	w := &world{
		said: map[string][]Metric{}, life: map[string]float64{}, begun: map[string]int{}, ended: map[string][]Farewell{},
		parts: map[int32]stage.Offsets{},
	}
	one, two := here{w, "one"}, here{w, "two"}
	return w, Config{
		Targets:   []Target{{Name: "pipelines-1", Process: one, Farewells: one}, {Name: "pipelines-2", Process: two, Farewells: two}},
		Pipelines: []Pipeline{{Name: "gps-live", Group: "g", Topic: "t"}},
	}
}
