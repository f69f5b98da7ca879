package simulation

import (
	"context"
	"errors"
	"time"

	"sluice/pipelines"
)

// machine runs one process after another, as a supervisor does: whenever one has ended, however
// it did, the next one starts.
type machine struct {
	world   *world
	id      int
	lives   int64
	steps   int      // of all its processes
	current *process // nil between two
}

var errCrashed = errors.New("the process is gone")

func (m *machine) run() {
	w := m.world
	for w.open() {
		p := m.begin()
		ended := make(chan struct{})
		w.tasks.Go(func() {
			defer close(ended)
			p.run()
		})
		select {
		case <-ended:
		case <-p.gone: // what is left of it ends by itself, deaf and dumb
		}
		w.mu.Lock()
		m.current = nil
		w.mu.Unlock()
		rest := w.chance.between(10*time.Millisecond, 4*time.Second, "restart", int64(m.id), m.lives)
		if pause(context.Background(), w.closed, rest) != nil {
			return
		}
	}
}

func (w *world) open() bool {
	select {
	case <-w.closed:
		return false
	default:
		return true
	}
}

func (m *machine) begin() *process {
	m.world.mu.Lock()
	defer m.world.mu.Unlock()
	m.lives++
	p := newProcess(m)
	m.current = p
	if !m.world.open() {
		p.cancel(pipelines.ErrStopped)
	}
	return p
}

// crash is the end of the machine's process.
func (m *machine) crash() {
	m.world.mu.Lock()
	defer m.world.mu.Unlock()
	if m.current != nil {
		m.current.die()
	}
}

// stop asks the machine's process to end.
func (m *machine) stop() {
	m.world.mu.Lock()
	defer m.world.mu.Unlock()
	if m.current != nil {
		if m.world.open() {
			m.world.oracle.saw("stop")
		}
		m.current.cancel(pipelines.ErrStopped)
	}
}

// freeze lets the machine's process stand still. One that does so for longer than its session has
// lost its partitions when it goes on, and does not know.
func (m *machine) freeze(until time.Duration) {
	w := m.world
	w.mu.Lock()
	defer w.mu.Unlock()
	p := m.current
	if p == nil || p.thaw != nil || p.dead {
		return
	}
	w.oracle.saw("freeze")
	thaw := make(chan struct{})
	p.thaw = thaw
	session := w.chance.between(time.Second, 6*time.Second, "session", p.ids()...)
	left := until - w.now()
	w.tasks.Go(func() {
		time.Sleep(min(session, left))
		if left > session {
			w.expel(p)
			time.Sleep(left - session)
		}
		w.mu.Lock()
		p.thaw = nil
		close(thaw)
		w.mu.Unlock()
		if left > session {
			time.Sleep(w.chance.between(0, 2*time.Second, "zombie", p.ids()...))
			w.readmit(p)
		}
	})
}
