package progress

import "time"

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

// Paces are of the partitions of the newest sample, and the span that they were measured over.
func (h *History) Paces() (paces []Pace, over time.Duration) {
	newest, ok := h.Newest()
	if !ok {
		return nil, 0
	}
	oldest := h.samples[0]
	over = newest.At.Sub(oldest.At)
	return Paces(&oldest, &newest), over
}
