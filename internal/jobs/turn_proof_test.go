package jobs

import (
	"context"
	"errors"
	"testing"
	"time"

	"sluice/schemas/rules"
)

// On SQLite and on Redis: whatever becomes of the runners at the turn of a month, each member is announced once, and no
// read is wrong at any instant.
func TestTheTurnOfAMonth(t *testing.T) {
	for name, story := range map[string]func(*turning){
		"killed in the middle, and taken over": killedInTheMiddle,
		"frozen through it":                    frozenThroughIt,
		"missed for three hours":               missed,
	} {
		t.Run(name, func(t *testing.T) {
			everyPlace(t, func(t *testing.T, open func(*rules.Rules) place) {
				s := newTurning(t, open)
				story(s)
				s.ended()
			})
		})
	}
}

// trouble lets something happen before or behind each step of a turn, and asks for some members between any two.
func (s *turning) trouble(happen func(n int)) {
	n := 0
	s.meet(func(ctx context.Context, step string) error {
		if step != "before turn" && step != "after turn" {
			return nil
		}
		s.company.mu.Lock()
		n++
		now := n
		s.company.mu.Unlock()
		happen(now)
		if errors.Is(ctx.Err(), context.Canceled) { // who is only slow sends what it was about to send
			return errAway
		}
		s.ask(3)
		return nil
	})
}

// rest is the rest of the story: orders that come behind the falls, a membership that ends.
func (s *turning) rest() {
	after(10 * time.Minute)
	s.late("after")
	s.refund()
	after(time.Hour)
}

func killedInTheMiddle(s *turning) {
	middle := s.falling / 10 // of about so many steps of ten members before and behind each
	s.trouble(func(n int) {
		switch n {
		case middle - 2:
			s.late("amid")
		case middle:
			s.company.mu.Lock()
			defer s.company.mu.Unlock()
			s.ends[0]()
		}
	})
	s.hire()
	after(3 * time.Minute)
	s.late("grace")
	after(5 * time.Minute)
	if n := s.fallen(); n < s.falling/10 || n > s.falling*9/10 {
		s.t.Errorf("%d of %d fell before the kill: it was not in the middle", n, s.falling)
	}
	s.hire()
	s.rest()
}

func frozenThroughIt(s *turning) {
	thaw, middle := make(chan struct{}), s.falling/10
	s.trouble(func(n int) {
		if n == middle {
			s.late("amid")
		}
		if n == middle || n == middle+1 { // both of its workers
			<-thaw
		}
	})
	s.hire()
	after(3 * time.Minute)
	s.late("grace")
	after(5 * time.Minute)
	if n := s.fallen(); n < s.falling/10 || n > s.falling*9/10 {
		s.t.Errorf("%d of %d fell before the freeze: it was not in the middle", n, s.falling)
	}
	s.topic.mu.Lock()
	s.topic.thaw = thaw
	s.topic.mu.Unlock()
	learns := s.topic.expire()
	s.hire()
	after(time.Minute)
	fallen := s.fallen()
	if fallen < s.falling {
		s.t.Errorf("%d of %d fell by the second runner", fallen, s.falling)
	}
	close(thaw)
	after(30 * time.Second)
	if n := s.fallen(); n != fallen {
		s.t.Errorf("%d more fell by the one that came back", n-fallen)
	}
	if s.real.refused.Load() == 0 {
		s.t.Error("it was not fenced")
	}
	learns()
	s.rest()
}

func missed(s *turning) {
	after(3 * time.Minute)
	s.late("grace")
	after(3*time.Hour - 3*time.Minute)
	if n := s.fallen(); n != 0 {
		s.t.Errorf("%d fell, and nobody was there", n)
	}
	s.trouble(func(n int) {
		if n == s.falling/10 {
			s.late("amid")
		}
	})
	s.hire()
	after(10 * time.Second)
	if n := s.fallen(); n < s.falling {
		s.t.Errorf("%d of %d are caught up with", n, s.falling)
	}
	s.rest()
}
