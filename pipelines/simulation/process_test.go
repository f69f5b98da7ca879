package simulation

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sluice/pipelines"
	"sluice/pipelines/gps"
	"sluice/pipelines/pipelinestest"
)

// process is one run of the pipeline. It meets the world through the group, sources, sink, dead
// letters and observer that it is given; once it is dead nothing that it does has an effect.
type process struct {
	world   *world
	machine *machine
	life    int64 // 1, 2, … on its machine
	ctx     context.Context
	cancel  context.CancelCauseFunc
	gone    chan struct{} // closed when it dies
	serve   pipelines.Serve
	serving sync.WaitGroup
	failed  chan error

	// Guarded by the world's lock.
	dead      bool
	running   bool          // it is in Run
	expelled  bool          // out of the group, and does not know
	thaw      chan struct{} // closed when it goes on; nil while it does not stand still
	lanes     map[int]*holding
	counts    map[int]*pipelinestest.Observer // by partition
	answered  map[string]int                  // by verdict, what the store told it
	putOff    map[int]putOff                  // by ping, when it was last to be offered again
	abandoned bool                            // a lane gave up something
}

func newProcess(m *machine) *process {
	p := &process{
		world: m.world, machine: m, life: m.lives, gone: make(chan struct{}), failed: make(chan error, 1),
		lanes: map[int]*holding{}, counts: map[int]*pipelinestest.Observer{}, answered: map[string]int{}, putOff: map[int]putOff{},
	}
	p.ctx, p.cancel = context.WithCancelCause(context.Background())
	m.world.oracle.processes = append(m.world.oracle.processes, p)
	return p
}

// run is the process from its start to its end.
func (p *process) run() {
	defer p.cancel(pipelines.ErrStopped)
	pipeline, err := p.build()
	if err == nil {
		err = pipeline.Run(p.ctx, p)
	}
	p.world.mu.Lock()
	defer p.world.mu.Unlock()
	if err != nil && !p.dead && !p.world.oracle.polledInVain[p] {
		p.world.oracle.complain("%v ended with: %v", p, err)
	}
}

func (p *process) build() (*pipelines.Pipeline[gps.Fix], error) {
	w := p.world
	if bug := w.bug; bug != nil {
		return pipelines.New(w.cfg, bug.in(w.stream()), plantedSink{sink{p}, bug}, plantedLetters{letters{p}, bug}, plantedObserver{observer{p}, bug})
	}
	return pipelines.New(w.cfg, w.stream(), sink{p}, letters{p}, observer{p})
}

// Run is pipelines.Group.
func (p *process) Run(ctx context.Context, serve pipelines.Serve) error {
	p.serve = serve
	w := p.world
	err := pause(ctx, p.gone, w.chance.between(time.Millisecond, 300*time.Millisecond, "join", p.ids()...))
	if err != nil {
		return nil //nolint:nilerr // a stop before it has joined
	}
	w.join(p)
	err = nil
	select {
	case <-ctx.Done():
		p.hear("stopped")
	case err = <-p.failed:
	}
	w.quit(p)
	p.serving.Wait()
	return err
}

func (p *process) ids() []int64 { return []int64{int64(p.machine.id), p.life} }

func (p *process) String() string { return fmt.Sprintf("process %d.%d", p.machine.id, p.life) }

// die ends it at once. The lanes of what was a process still run down, with nobody to notice.
func (p *process) die() {
	if p.dead {
		return
	}
	w := p.world
	w.oracle.saw("crash")
	p.dead = true
	close(p.gone)
	p.cancel(errCrashed)
	session := w.chance.between(100*time.Millisecond, 6*time.Second, "session", p.ids()...)
	w.later(session, func() { w.expel(p) })
}

// enter is the door between a process and the world, on the way out and on the way back: nothing
// passes while the process stands still or after it has died. It may die right here.
func (p *process) enter(ctx context.Context, door string, ids ...int64) error {
	w := p.world
	w.mu.Lock()
	p.machine.steps++
	for i := range w.faults {
		if f := &w.faults[i]; f.kind == crashAtStep && f.machine == p.machine.id && f.step == p.machine.steps && !w.calm {
			p.die()
		}
	}
	w.mu.Unlock()
	p.hear(door, ids...)
	w.mu.Lock()
	dead := p.dead
	w.mu.Unlock()
	if dead {
		<-ctx.Done() // no answer will ever come
		return errCrashed
	}
	return nil
}

// hear returns once the process does not stand still, or is dead. When it goes on, not all of it does so
// at one instant, or it would depend on chance who is first.
func (p *process) hear(door string, ids ...int64) {
	p.world.mu.Lock()
	thaw := p.thaw
	p.world.mu.Unlock()
	if thaw == nil {
		return
	}
	select {
	case <-thaw:
		time.Sleep(p.world.chance.between(0, time.Millisecond, door, append(p.ids(), ids...)...))
	case <-p.gone:
	}
}

// wait is enter after a while.
func (p *process) wait(ctx context.Context, d time.Duration, door string, ids ...int64) error {
	if err := pause(ctx, nil, d); err != nil {
		return err
	}
	return p.enter(ctx, door, ids...)
}
