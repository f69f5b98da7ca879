package failpoint

import "sync"

// ending is how a process ends at a point: from then on nothing more is counted, it says its last words, and dies.
type ending struct {
	counting sync.RWMutex // read: something is being counted; written: never again
	words    func()       // nil = it has none
	die      func()
}

func (e *ending) now() {
	e.counting.Lock()
	defer e.counting.Unlock() // of a test, which lives on
	if e.words != nil {
		e.words()
	}
	e.die()
}

// LastWords has say called just before the process is killed, with all that the decorated observers were told until
// then, and nothing added meanwhile: what say counts is what the process died with. Say it before anything runs; say must
// tell nothing to a decorated observer, and must have written when it returns. The zero value of Points says nothing.
func (p Points) LastWords(say func()) {
	if p.end != nil {
		p.end.words = say
	}
}
