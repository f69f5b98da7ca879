package telemetry

import "sync"

// otherReason stands for every reason beyond the cap.
const otherReason = "other"

// reasons keeps the number of label values bounded: the first cap distinct words keep
// their name, each later one becomes "other". A reason comes from a store's answer, so a
// strange store must not be able to fill the registry.
type reasons struct {
	mu    sync.Mutex
	cap   int
	known map[string]struct{}
}

func newReasons(limit int) *reasons {
	return &reasons{cap: limit, known: make(map[string]struct{}, limit)}
}

func (r *reasons) label(reason string) string {
	if reason == "" {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[reason]; ok {
		return reason
	}
	if len(r.known) >= r.cap {
		return otherReason
	}
	r.known[reason] = struct{}{}
	return reason
}
