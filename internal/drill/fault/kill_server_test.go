package fault

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// machine is a server in memory.
type machine struct {
	said *[]string
	name string
	pid  int
}

func (m *machine) Kill(context.Context) error { return m.note("kill") }
func (m *machine) Stop(context.Context) error { return m.note("stop") }
func (m *machine) Pid() int                   { return m.pid }

func (m *machine) note(what string) error {
	*m.said = append(*m.said, what+" "+m.name)
	return nil
}

func TestServersFallAsTheyAreAskedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		a, b := &machine{&said, "a", 11}, &machine{&said, "b", 12}
		whom := []server{a, b}
		start := func(context.Context) error {
			said = append(said, "start all")
			a.pid += 10 // b has not gone: it is the process that it was
			return nil
		}
		for _, f := range []*felling{{whom: whom, start: start}, {whom: whom, start: start, gently: true, pause: time.Minute}} {
			began := time.Now()
			injected(t, f)
			healed(t, f)
			if took := time.Since(began); took != f.pause {
				t.Errorf("it took %s, want %s", took, f.pause)
			}
			if f.Saw()["felled"] != 1 {
				t.Errorf("it saw %v, want the one that came back as another process", f.Saw())
			}
		}
		want := []string{"kill a", "kill b", "start all", "stop a", "stop b", "start all"}
		if !slices.Equal(said, want) {
			t.Errorf("%q, want %q", said, want)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := (&felling{whom: whom, pause: time.Minute}).Inject(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
	})
}
