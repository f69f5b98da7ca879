package webhook

import "sync"

// stubborn counts how often a change was answered with a failure while the service was well, as its answer to another change
// showed last: by waiting it will not get rid of such a one, which holds up its partition.
type stubborn struct {
	mu     sync.Mutex
	last   string // the change that was answered last
	well   bool   // its answer was none of a failure
	other  bool   // so was that to the last change which was another
	failed map[string]int
}

// maxStubborn are remembered; over that all are forgotten, and counted anew.
const maxStubborn = 10_000

// done notes that there is an end of a change, and whether the service had no trouble with it.
func (s *stubborn) done(id []byte, well bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hear(string(id), well)
	delete(s.failed, string(id))
}

// failure counts one of a change, and says how many there were while the service was well.
func (s *stubborn) failure(id []byte) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hear(string(id), false)
	if !s.other {
		return s.failed[string(id)]
	}
	if len(s.failed) >= maxStubborn {
		clear(s.failed)
	}
	s.failed[string(id)]++
	return s.failed[string(id)]
}

// hear takes notice of an answer. The lock is held.
func (s *stubborn) hear(id string, well bool) {
	if id != s.last {
		s.other = s.well
	}
	s.last, s.well = id, well
}
