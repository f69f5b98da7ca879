package drill

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sluice/internal/drill/fault"
	"sluice/internal/drill/report"
	"sluice/internal/drill/script"
	"sluice/internal/drill/stage"
	"sluice/internal/drill/watch"
	"sluice/internal/pause"
)

// world is an installation in virtual time. Its fields say what is wrong with it.
type world struct {
	mu    sync.Mutex
	began time.Time
	lines []string // what happened, in order
	up    int      // faults in force

	cannot      error         // of setting
	unready     error         // of starting
	uneven      error         // of giving leaders back
	stillFor    time.Duration // commits stand still for so long after an injection
	back        bool          // a commit goes back after an injection
	leaves      bool          // the last record of a partition is never committed
	unfound     time.Duration // a ping is found so long after it was asked for
	quick       bool          // the fault is over at once
	unrefused   time.Duration // a ping is refused so long after it was asked for
	healErr     error
	healsIn     time.Duration // that healing takes
	injectErr   error
	quits       bool // the load ends by itself after an injection
	stateOf     map[string]string
	without     string     // an assertion that is not in the proof
	grown       watch.Sums // at each injection
	onceOnly    bool       // … or at the first alone
	notAtFirst  bool       // … or at all but the first
	sums        watch.Sums
	stop        report.Stop
	spoilt      float64
	grows       float64 // a process, in bytes a second
	lost        string
	series      []watch.Series // beside that one
	proved      []string       // what was said to be lost
	proofs      int
	restless    int // looks behind the proof that find records under way
	injected    time.Time
	loadEnded   chan struct{}
	loadStopped bool
	asserts     []string // what is proved
	struck      bool
}

func newWorld() *world {
	return &world{began: time.Now(), unfound: time.Second, stateOf: map[string]string{"L7": notJudged}, grown: watch.Sums{"retried": 5}, sums: watch.Sums{}, stop: report.Stop{Process: "pipelines-1", Seconds: 1}, loadEnded: make(chan struct{})}
}

func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, fmt.Sprintf("%g ", time.Since(w.began).Seconds())+fmt.Sprintf(format, args...))
}

// Set makes the world a scene.
func (w *world) Set(_ context.Context, d *script.Drill, _ uint64) (*Scene, error) {
	w.asserts = d.Load.Assertions()
	if w.cannot != nil {
		return nil, w.cannot
	}
	return &Scene{
		Cast: cast{w}, Faults: faults{w}, Load: load{w}, Prober: prober{w}, Offsets: w, Prover: prover{w}, Watch: eyes{w}, Seen: eyes{w},
		Pipelines: []watch.Pipeline{{Name: "gps-live", Group: "g", Topic: "t"}},
		Even:      func(context.Context) error { return w.uneven },
		Strike: func(context.Context) error {
			w.struck = true
			return nil
		},
	}, nil
}

// Offsets are those of a partition in which a record a second is written and committed.
func (w *world) Offsets(context.Context, string, string) (map[int32]stage.Offsets, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := int64(time.Since(w.began).Seconds())
	at := stage.Offsets{End: now, Committed: now}
	if w.loadStopped && !w.leaves {
		return map[int32]stage.Offsets{0: at}, nil
	}
	if w.loadStopped {
		at.Committed--
	}
	if !w.injected.IsZero() && time.Since(w.injected) < w.stillFor {
		at.Committed = int64(w.injected.Sub(w.began).Seconds())
	}
	if !w.injected.IsZero() && w.back {
		at.Committed = -1
	}
	return map[int32]stage.Offsets{0: at, 1: {End: 3, Committed: 3}}, nil
}

type cast struct{ *world }

func (c cast) Start(context.Context) error        { return c.unready }
func (c cast) Stop(context.Context) []report.Stop { return []report.Stop{c.stop} }

type faults struct{ *world }

func (f faults) Make(said script.Fault) (fault.Fault, error) {
	if said.Kind == "impossible" {
		return nil, fmt.Errorf("%w: no kernel", fault.ErrCannot)
	}
	return &one{world: f.world, name: said.On}, nil
}

type one struct {
	*world
	name string
}

func (o *one) Inject(context.Context) error {
	o.note("inject %s", o.name)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.up++
	if first := o.injected.IsZero(); first && !o.notAtFirst || !first && !o.onceOnly {
		o.sums = o.sums.With(o.grown)
	}
	o.injected = time.Now()
	if o.quits {
		close(o.loadEnded)
		o.quits = false
	}
	return o.injectErr
}

func (o *one) Heal(context.Context) error {
	o.note("heal %s", o.name)
	time.Sleep(o.healsIn)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.up--
	return o.healErr
}

func (o *one) Saw() map[string]float64 { return map[string]float64{"spoilt-items": o.spoilt} }
func (o *one) Lost() string            { return o.lost }

type load struct{ *world }

func (l load) Start(context.Context) (string, error) { return "sim-x-", nil }
func (l load) Ended() <-chan struct{}                { return l.loadEnded }
func (l load) Stop(context.Context) (Sent, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.loadStopped = true
	return Sent{Load: report.Load{Acked: 9}, Seen: watch.Sums{"client-503": 2}}, nil
}

type prober struct{ *world }

func (p prober) Refused(ctx context.Context, run string) error {
	p.note("refusal of %s", run)
	return pause.For(ctx, p.unrefused)
}

func (p prober) Probe(ctx context.Context, run string) error {
	p.note("probe of %s", run)
	return pause.For(ctx, p.unfound)
}

type prover struct{ *world }

func (p prover) Prove(_ context.Context, lost []string) (Proof, error) {
	p.proved = lost
	p.proofs++
	if p.up != 0 {
		return Proof{}, errors.New("something is not healed")
	}
	var proof Proof
	for _, id := range p.asserts {
		state := holds
		if s, told := p.stateOf[id]; told {
			state = s
		}
		if id != p.without {
			proof.Assertions = append(proof.Assertions, report.Assertion{ID: id, State: state, Detail: "because"})
		}
	}
	return proof, nil
}

type eyes struct{ *world }

func (e eyes) Look(context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.restless -= e.proofs
}

func (e eyes) Calm() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.restless < 0
}

func (e eyes) Note(string) {}
func (e eyes) Record() watch.Record {
	rss := watch.Series{Measure: watch.RSS, Of: "pipelines-1"}
	for at := range 400 {
		rss.Points = append(rss.Points, watch.Point{At: float64(at), Value: 100e6 + e.grows*float64(at)})
	}
	return watch.Record{Began: e.began, Seconds: 400, Series: append([]watch.Series{rss}, e.series...)}
}

func (e eyes) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func (e eyes) Sums() watch.Sums {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.restless < 0 {
		return e.sums.With(watch.Sums{"redelivered": 0})
	}
	return e.sums
}

type silent struct{}

func (silent) Tell(string, string) {}
func (silent) Done(*report.Drill)  {}
