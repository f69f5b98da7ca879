package embedded

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"sluice/pipelines"
)

// place is where the file of one target is, whether it is open or not.
type place struct {
	mu   sync.RWMutex         // read: the file is in use and stays as it is; write: it is opened, closed or dropped
	file atomic.Pointer[file] // nil while it is not open; changed under mu only
	gone bool                 // dropped: look for another place

	there bool  // the file exists; under the store's mu, like the next
	used  int64 // when, by the store's count
}

var errNoFile = errors.New("no such file")

// use returns the file of a target, opened, and a function to let go of it again. It makes the file when create
// is set; otherwise errNoFile says that there is none.
func (s *Store) use(target string, create bool) (*file, func(), error) {
	for {
		p, err := s.place(target, create)
		if err != nil {
			return nil, nil, err
		}
		opened, err := s.opened(p, target)
		if err != nil {
			return nil, nil, err
		}
		if opened != nil {
			return opened, p.mu.RUnlock, nil
		}
	}
}

// opened returns the open file of a place with the place locked for reading, or nil when it
// went away meanwhile.
func (s *Store) opened(p *place, target string) (*file, error) {
	p.mu.RLock()
	if opened := p.file.Load(); opened != nil {
		return opened, nil
	}
	p.mu.RUnlock()

	if err := s.makeRoom(familyFor(s.families, target)); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone || p.file.Load() != nil {
		return nil, nil
	}
	if s.isClosed() {
		return nil, errClosed
	}
	opened, err := s.openFile(familyFor(s.families, target), target)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		if !p.there { // half made at most: it counts once it is there
			p.gone = true
			delete(s.places, target)
		}
		return nil, err
	}
	p.there = true
	p.file.Store(opened)
	return nil, nil // the caller looks again
}

// place finds or makes the place of a target.
func (s *Store) place(target string, create bool) (*place, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	s.uses++
	p, ok := s.places[target]
	switch {
	case ok && (create || p.there):
	case !create:
		return nil, errNoFile
	case familyFor(s.families, target) == nil:
		return nil, refusal{pipelines.Refused, reasonNoTarget}
	case !s.hasRoomFor(target):
		return nil, refusal{pipelines.Poison, reasonTooManyDays}
	default:
		p = &place{}
		s.places[target] = p
	}
	p.used = s.uses
	return p, nil
}

// hasRoomFor reports whether a target may have a file. The days about now always may: whoever sends pings of a
// thousand other days shall not keep anybody's history out.
func (s *Store) hasRoomFor(target string) bool {
	day, daily := familyFor(s.families, target).dayOf(target)
	if !daily || s.days() < s.cfg.MaxDays {
		return true
	}
	today := s.cfg.Now().UTC().Truncate(24 * time.Hour)
	return !day.Before(today.AddDate(0, 0, -1)) && !day.After(today.AddDate(0, 0, 1))
}

// days is how many targets are days.
func (s *Store) days() int {
	n := 0
	for target := range s.places {
		if familyFor(s.families, target).daily {
			n++
		}
	}
	return n
}

func (s *Store) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// maxOpenMonths is how many months are open at once. A question about orders looks into each that there is, so it is more than
// of days.
const maxOpenMonths = 48

// makeRoom closes the days of a family that nobody has used for longest, until one more may be opened, or its months. Those
// in use stay open: the limit is passed rather than a write held up.
func (s *Store) makeRoom(f *family) error {
	most := s.cfg.MaxOpenDays
	if f.monthly {
		most = maxOpenMonths
	}
	for f.several() {
		p := s.oldestOpen(f, most)
		if p == nil || !p.mu.TryLock() {
			return nil
		}
		err := p.close()
		p.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// oldestOpen is the open target of a family that was used least recently, nil while fewer than most are open.
func (s *Store) oldestOpen(f *family, most int) *place {
	s.mu.Lock()
	defer s.mu.Unlock()
	var oldest *place
	open := 0
	for target, p := range s.places {
		if p.file.Load() == nil || !f.holds(target) {
			continue
		}
		if open++; oldest == nil || p.used < oldest.used {
			oldest = p
		}
	}
	if open < most {
		return nil
	}
	return oldest
}

// close closes the file of a place that is locked.
func (p *place) close() error {
	opened := p.file.Swap(nil)
	if opened == nil {
		return nil
	}
	if err := opened.close(); err != nil {
		return fmt.Errorf("closing the store: %w", err)
	}
	return nil
}
