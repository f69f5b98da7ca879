package requeue

import (
	"cmp"
	"context"
	"slices"

	"sluice/pipelines"
)

// Heap is the letters of one pipeline that were given up for the same reason at the same stage.
type Heap struct {
	Pipeline string          `json:"pipeline"`
	Reason   string          `json:"reason"`
	Stage    pipelines.Stage `json:"stage"`
	Open     int64           `json:"open"`
	Requeued int64           `json:"requeued"`
	Dropped  int64           `json:"dropped"`
	Echoes   int64           `json:"echoes"`   // see Echo
	Oldest   int64           `json:"oldest"`   // of those open, when it was given up, ms since 1970 UTC; 0 = none is open
	Newest   int64           `json:"newest"`   // likewise
	Attempts int             `json:"attempts"` // of those open, how often one was requeued before, at most
}

// Other stands for the reasons beyond the most that a survey keeps apart.
const Other = "(other)"

// maxHeaps bounds a survey: reasons are few and stable, unless somebody else writes the topic.
const maxHeaps = 256

// Survey counts letters.
type Survey struct {
	heaps map[heapKey]*Heap
}

type heapKey struct {
	pipeline, reason string
	stage            pipelines.Stage
}

// Count adds the letters of a box that the filter wants. each, when it is not nil, is told
// of those that are open.
func (s *Survey) Count(ctx context.Context, box *Box, filter *Filter, each func(letter *Letter) error) error {
	return box.Walk(ctx, func(letter *Letter, state State) error {
		if !filter.Wants(letter) {
			return nil
		}
		s.heap(letter).add(letter, state)
		if state != Open || each == nil {
			return nil
		}
		return each(letter)
	})
}

// Heaps are the counts, by pipeline and the largest first.
func (s *Survey) Heaps() []Heap {
	all := make([]Heap, 0, len(s.heaps))
	for _, heap := range s.heaps {
		all = append(all, *heap)
	}
	slices.SortFunc(all, func(a, b Heap) int {
		return cmp.Or(cmp.Compare(a.Pipeline, b.Pipeline), -cmp.Compare(a.Open, b.Open), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Stage, b.Stage))
	})
	return all
}

// Open is how many letters are open.
func (s *Survey) Open() int64 {
	var n int64
	for _, heap := range s.heaps {
		n += heap.Open
	}
	return n
}

func (s *Survey) heap(l *Letter) *Heap {
	if s.heaps == nil {
		s.heaps = make(map[heapKey]*Heap)
	}
	key := heapKey{pipeline: l.ID.Pipeline, reason: l.Reason, stage: l.Stage}
	if s.heaps[key] == nil && len(s.heaps) >= maxHeaps {
		key.reason, key.stage = Other, ""
	}
	if s.heaps[key] == nil {
		s.heaps[key] = &Heap{Pipeline: key.pipeline, Reason: key.reason, Stage: key.stage}
	}
	return s.heaps[key]
}

func (h *Heap) add(l *Letter, state State) {
	switch state {
	case Requeued:
		h.Requeued++
	case Dropped:
		h.Dropped++
	case Echo:
		h.Echoes++
	case Open:
		h.Open++
		if h.Oldest == 0 || l.At < h.Oldest {
			h.Oldest = l.At
		}
		h.Newest = max(h.Newest, l.At)
		h.Attempts = max(h.Attempts, l.Attempts)
	}
}
