package fault

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"sluice/internal/pause"
)

// inn answers whatever it is asked, after a while, and may end the connection then.
func inn(t *testing.T, after time.Duration, ends bool) (address string) {
	t.Helper()
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var guests sync.WaitGroup
	guests.Go(func() {
		for {
			guest, err := door.Accept()
			if err != nil {
				return
			}
			guests.Go(func() {
				defer func() { _ = guest.Close() }() // it has left
				heard := make([]byte, 1<<16)
				if _, err := guest.Read(heard); err != nil {
					return
				}
				pause.AtMost(context.Background(), after)
				if _, err := guest.Write([]byte("well")); err != nil || ends {
					return
				}
				_, _ = guest.Read(heard) // until it leaves
			})
		}
	})
	t.Cleanup(func() {
		if err := door.Close(); err != nil {
			t.Error(err)
		}
		guests.Wait()
	})
	return door.Addr().String()
}

func TestAQuestionFeelsWhatItsWayDoes(t *testing.T) {
	late, ended := feeling{late: 500 * time.Millisecond, size: 100}, feeling{ends: time.Second} // a busy machine is late, too
	for name, c := range map[string]struct {
		feeling
		after time.Duration
		ends  bool
		want  bool
	}{
		"an answer that is late":          {late, 600 * time.Millisecond, false, true},
		"an answer at once":               {late, 0, false, false},
		"a connection that is ended":      {ended, 0, true, true},
		"a connection that stays":         {ended, 0, false, false},
		"a connection that is ended late": {ended, 1200 * time.Millisecond, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &feeler{feeling: c.feeling}
			for _, server := range []string{"elastic", "kafka-1"} {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				if got := f.feels(ctx, server, inn(t, c.after, c.ends)); got != c.want {
					t.Errorf("asking %s: felt %t", server, got)
				}
			}
		})
	}
}

func TestAFeelerCountsWhileAFaultLasts(t *testing.T) {
	n := &network{feeler: &feeler{feeling: feeling{name: "delayed", late: time.Millisecond}, ways: map[string]string{"elastic": inn(t, 10*time.Millisecond, false)}}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a busy machine asks seldom
	defer cancel()
	for round := range 2 {
		err := until(ctx, "a question has felt it", func(ctx context.Context) error {
			injected(t, n)
			pause.AtMost(ctx, 3*feelEvery)
			healed(t, n)
			if got := n.Saw()["delayed"]; got < float64(round+1) {
				return fmt.Errorf("after round %d: %v", round+1, n.Saw())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if (&network{}).Saw() != nil {
		t.Error("a way without a feeler tells something")
	}
}

func TestQuestionsAreAsLongAsTheyAreAskedToBe(t *testing.T) {
	for _, server := range []string{"elastic", "kafka-2"} {
		if got := len(question(server, bulky)); got < bulky || got > bulky+100 {
			t.Errorf("a question to %s has %d bytes", server, got)
		}
	}
}
