package progress

import (
	"slices"
	"time"
)

// History keeps the samples of one pipeline over a window, to tell its pace: a rate
// between two neighbours would show when commits happen, not how many records settle.
type History struct {
	window  time.Duration
	samples []Sample
}

// mostSamples bounds a history; more frequent ones replace the newest.
const mostSamples = 64

// NewHistory measures over that window.
func NewHistory(window time.Duration) *History { return &History{window: window} }

// Add takes the newest sample.
func (h *History) Add(s Sample) {
	for len(h.samples) > 1 && s.At.Sub(h.samples[1].At) >= h.window {
		h.samples = h.samples[1:]
	}
	if n := len(h.samples); n == mostSamples {
		h.samples[n-1] = s
		return
	}
	h.samples = append(h.samples, s)
}

// Newest is the last sample; false before the first.
func (h *History) Newest() (Sample, bool) {
	if len(h.samples) == 0 {
		return Sample{}, false
	}
	return h.samples[len(h.samples)-1], true
}

// Paces are of the partitions of the newest sample, measured over the window.
func (h *History) Paces() []Pace {
	newest, ok := h.Newest()
	if !ok {
		return nil
	}
	return Paces(&h.samples[0], &newest)
}

// Still is how long nothing of a partition has been settled, as far as the samples reach back.
func (h *History) Still(partition int32) time.Duration {
	newest, _ := h.Newest()
	since := newest.At
	next, known := newest.next(partition)
	for _, s := range slices.Backward(h.samples) {
		if was, there := s.next(partition); !known || !there || was != next {
			break
		}
		since = s.At
	}
	return newest.At.Sub(since)
}

func (s *Sample) next(partition int32) (offset int64, known bool) {
	for i := range s.Partitions {
		if s.Partitions[i].Partition == partition {
			return s.Partitions[i].Next(), true
		}
	}
	return 0, false
}
