package fault

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/drill/stage"
	"sluice/internal/pause"
)

// dummy is a process in memory. It writes down what is done to it.
type dummy struct {
	mu       sync.Mutex
	said     []string
	ended    chan struct{}
	exit     int
	env      string
	limits   stage.Limits
	dies     int           // exit of a life with an environment or limits, which ends at once; 0 = it goes on
	stopCode int           // exit when it is asked to end
	stopsIn  time.Duration // that it takes then
}

func newDummy() *dummy { return &dummy{ended: make(chan struct{})} }

func (d *dummy) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, what)
}

func (d *dummy) end(code int) {
	d.exit = code
	close(d.ended)
}

func (d *dummy) Stop(ctx context.Context) (int, time.Duration, error) {
	d.note("stop")
	if err := pause.For(ctx, d.stopsIn); err != nil {
		return 0, d.stopsIn, err
	}
	d.end(d.stopCode)
	return d.stopCode, d.stopsIn, nil
}

func (d *dummy) Start(context.Context) error {
	what := "start"
	if d.env != "" {
		what += " " + d.env
	}
	if d.limits != (stage.Limits{}) {
		what += " bound"
	}
	d.note(what)
	d.ended = make(chan struct{})
	if what != "start" && d.dies != 0 {
		d.end(d.dies)
	}
	d.env, d.limits = "", stage.Limits{}
	return nil
}

func (d *dummy) Ready(context.Context) error { d.note("ready"); return nil }
func (d *dummy) Kill() error                 { d.note("kill"); d.end(killed); return nil }
func (d *dummy) Ended() <-chan struct{}      { return d.ended }
func (d *dummy) Exit() int                   { return d.exit }
func (d *dummy) Env(pairs ...string)         { d.env = strings.Join(pairs, " ") }
func (d *dummy) Limit(l stage.Limits)        { d.limits = l }

func (d *dummy) Files() (int, error) { return 9, nil }

func (d *dummy) Signal(sig os.Signal) error {
	d.note(map[os.Signal]string{syscall.SIGSTOP: "freeze", syscall.SIGCONT: "thaw"}[sig])
	return nil
}

func (d *dummy) did(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.said, want) {
		t.Errorf("it was done %q, want %q", d.said, want)
	}
}

func injected(t *testing.T, f Fault) {
	t.Helper()
	if err := f.Inject(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func healed(t *testing.T, f Fault) {
	t.Helper()
	if err := f.Heal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWhoIsKilledComesBack(t *testing.T) {
	for name, c := range map[string]struct {
		fault func(d *dummy) Fault
		dies  int
		want  []string
	}{
		"anywhere":       {func(d *dummy) Fault { return &killing{whom: []victim{d}} }, 0, []string{"kill", "start", "ready"}},
		"at a failpoint": {func(d *dummy) Fault { return &killing{whom: []victim{d}, at: "here@2"} }, killed, []string{"stop", "start SLUICE_FAILPOINT=here@2", "start", "ready"}},
		"for its memory": {func(d *dummy) Fault { return &cramped{whom: []victim{d}, bytes: 1} }, killed, []string{"stop", "start bound", "start", "ready"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDummy()
			d.dies = c.dies
			f := c.fault(d)
			injected(t, f)
			if !over(d) {
				t.Error("it lives")
			}
			healed(t, f)
			d.did(t, c.want...)
			if saw := f.(Witness).Saw()["killed"]; saw != 1 || over(d) {
				t.Errorf("%g killed, over %v", saw, over(d))
			}
		})
	}
}

// An end that is not the one that was meant proves nothing.
func TestAnotherEndIsAComplaint(t *testing.T) {
	for name, made := range map[string]func(d *dummy) Fault{
		"failpoint": func(d *dummy) Fault { return &killing{whom: []victim{d}, at: "here@1"} },
		"memory":    func(d *dummy) Fault { return &cramped{whom: []victim{d}, bytes: 1} },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDummy()
			d.dies = 1
			f := made(d)
			if err := f.Inject(t.Context()); err == nil || !strings.Contains(err.Error(), "ended with 1") {
				t.Errorf("it gave %v", err)
			}
			healed(t, f)
			d.dies = 0
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			if err := f.Inject(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("one that is never killed gave %v", err)
			}
		})
	}
}

func TestFewFilesMustBeLivedThrough(t *testing.T) {
	d := newDummy()
	f := &bound{whom: []victim{d}, files: 9}
	injected(t, f)
	healed(t, f)
	d.did(t, "stop", "start bound", "stop", "start", "ready")
	if saw := f.Saw()["full"]; saw != 1 {
		t.Errorf("%g full", saw)
	}
	d.dies = 2
	injected(t, f)
	if err := f.Heal(t.Context()); err == nil || !strings.Contains(err.Error(), "ended with 2") {
		t.Errorf("one that ended gave %v", err)
	}
	if over(d) {
		t.Error("it was not started again")
	}
}

func TestRollingGoesOneByOneAndWantsGoodEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newDummy(), newDummy()
		f := &rolling{whom: []victim{a, b}}
		injected(t, f)
		a.did(t, "stop", "start", "ready")
		if saw := f.Saw()["rolled"]; saw != 2 {
			t.Errorf("%g rolled", saw)
		}
		b.stopCode = 1
		if err := f.Inject(t.Context()); err == nil {
			t.Error("an end with 1 is well")
		}
		healed(t, f)
		b.stopCode, b.stopsIn = 0, 11*time.Second
		if err := f.Inject(t.Context()); err == nil {
			t.Error("an end after 11 s is well")
		}
		healed(t, f)
	})
}

func TestAStormGoesOnUntilItIsHealed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDummy()
		f := &storm{whom: []victim{d}, every: 2 * time.Second}
		injected(t, f)
		time.Sleep(7 * time.Second)
		healed(t, f)
		d.did(t, "stop", "start", "stop", "start", "ready")
		if saw := f.Saw()["turns"]; saw != 3 {
			t.Errorf("%g turns", saw)
		}
		d.stopCode = 1
		injected(t, f)
		time.Sleep(3 * time.Second)
		if err := f.Heal(t.Context()); err == nil {
			t.Error("an end with 1 is well")
		}
	})
}

// What breaks while a storm ends is broken as well, and one that never ends does not hold up the healing for ever.
func TestAStormsLastTurnIsJudged(t *testing.T) {
	for name, c := range map[string]struct {
		code int
		in   time.Duration
		want string
	}{
		"a bad end":      {1, time.Second, "ended with 1"},
		"a good end":     {0, time.Second, ""},
		"one that hangs": {0, time.Hour, "deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDummy()
				d.stopCode, d.stopsIn = c.code, c.in
				f := &storm{whom: []victim{d}, every: 2 * time.Second}
				injected(t, f)
				time.Sleep(2500 * time.Millisecond) // it is asked to end, and has not
				began := time.Now()
				err := f.Heal(t.Context())
				if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
					t.Errorf("healing gave %v, want %q", err, c.want)
				}
				if took := time.Since(began); took > leavesWithin {
					t.Errorf("healing took %s", took)
				}
			})
		})
	}
}

func TestStarvationEndsWithEverybodyRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDummy()
		after := func(ctx context.Context) error { return revive(ctx, []victim{d}) }
		f := &starving{freezing: &freezing{whom: []still{signalled{d}}, after: after}, stop: 800 * time.Millisecond, run: 200 * time.Millisecond}
		injected(t, f)
		time.Sleep(1500 * time.Millisecond) // within the second burst
		healed(t, f)
		d.did(t, "freeze", "thaw", "freeze", "thaw", "thaw", "ready")
		if saw := f.Saw()["bursts"]; saw != 2 {
			t.Errorf("%g bursts", saw)
		}
		healed(t, f) // nothing is left to heal
	})
}
