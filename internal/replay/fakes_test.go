package replay

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"

	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

// ledger keeps places in memory; those of a group's lanes are what the scripted group committed.
type ledger struct {
	mu      sync.Mutex
	group   *pipelinestest.Scripted
	places  map[int32]Place
	busy    bool
	removed int
	failing error // the next look fails with it
}

func (l *ledger) Places(context.Context, string, string) ([]Place, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.failing; err != nil {
		l.failing = nil
		return nil, err
	}
	var all []Place
	for id, place := range l.places {
		if l.group != nil {
			place.Next = max(place.Next, l.group.Committed(id))
		}
		all = append(all, place)
	}
	return all, nil
}

func (l *ledger) PutPlaces(_ context.Context, _, _ string, places []Place) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy {
		return ErrBusy
	}
	if l.places == nil {
		l.places = make(map[int32]Place)
	}
	for _, place := range places {
		l.places[place.Partition] = place
	}
	return nil
}

func (l *ledger) RemoveGroup(context.Context, string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy {
		return ErrBusy
	}
	l.places = nil
	l.removed++
	return nil
}

func (l *ledger) kept() map[int32]Place {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.places)
}

// ends are bounds that begin at 0.
func ends(to ...int64) Bounds {
	return func(context.Context, Job) ([]Part, error) {
		var parts []Part
		for id, end := range to {
			parts = append(parts, Part{Partition: int32(id), To: end})
		}
		return parts, nil
	}
}

func someJob() Job {
	return Job{Pipeline: "gps-history", Topic: "driver.pings", From: 1000, To: 2000, AsOf: "record"}
}

// told remembers what an observer was told.
type told struct {
	mu     sync.Mutex
	last   Progress
	failed int
}

func (o *told) Progressed(p Progress) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = p
}

func (o *told) LookFailed(error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed++
}

// item is the record of these tests: each is a document of its own.
type item struct{ key string }

type items struct{}

func (items) Decode(rec *pipelines.Record, i *item) error {
	i.key = string(rec.Value)
	return nil
}

func (items) Gate(*item, pipelines.Seat, int64) (pipelines.Verdict, string) {
	return pipelines.Unsettled, ""
}

func (items) Process(i *item, arena []byte) ([]byte, pipelines.Write) {
	return arena, pipelines.Write{Target: "items", Key: []byte(i.key), Body: []byte("{}")}
}

// fill appends n records, the last of which may be followed by a gap.
func fill(t *testing.T, group *pipelinestest.Scripted, part int32, n int) {
	t.Helper()
	for i := range n {
		group.Append(part, pipelines.Record{Value: fmt.Appendf(nil, "%d/%d", part, i)})
	}
}
