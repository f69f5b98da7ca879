package e2e

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// kill -9 ten times, at any moment from before the process is ready to while it is busy:
// nothing lost, nothing twice. Commits come often here and windows are short, so that kills fall before, between
// and after them.
func TestKilledTenTimes(t *testing.T) {
	now := time.Now()
	s := newSite(t, loadEnv("SLUICE_KAFKA_INSTANCE_ID=one", "SLUICE_GPS_COALESCE=200ms", "SLUICE_PIPELINE_COMMIT_INTERVAL=200ms")...).setup()
	sent := newLoad(t, now)
	f := s.feed(sent)
	busy, most := 0, len(sent)/40
	for i := range 10 {
		c := s.start(fmt.Sprintf("victim-%d", i+1), nil, "run", "pipelines")
		if i%4 != 3 {
			c.ready()
			f.now(most) // so that there is as much to read as is waited for, however long this has taken
			enough := rand.IntN(most)
			until(t, "the victim to work", func() error { return c.consumedMore(enough) })
			busy++
		}
		pause(time.Duration(rand.IntN(1200)) * time.Millisecond)
		c.kill()
	}
	t.Logf("killed %d times while busy, %d times while starting", busy, 10-busy)
	last := s.start("last", nil, "run", "pipelines").ready()
	f.finish()
	s.settled(live, history)
	s.nothingLostNothingTwice(sent, now)
	for _, pipeline := range []string{live, history} {
		sums := last.sums(pipeline)
		t.Logf("%s, the last process: %s", pipeline, sums)
		if sums.consumed >= float64(len(sent)) {
			t.Errorf("%s: no victim committed anything before it died: this test proves little", pipeline)
		}
	}
	last.stop()
}

// A process that is frozen past its session, while another takes over its partitions, and
// then wakes up: what it still writes is harmless, what it commits is refused.
func TestFrozenProcessWakesUp(t *testing.T) {
	now := time.Now()
	s := newSite(t, loadEnv()...).setup()
	sent := newLoad(t, now)
	zombie := s.start("zombie", nil, "run", "pipelines").ready()
	heir := s.start("heir", nil, "run", "pipelines").ready()
	some := func(n int) bool { return n > 0 && n < partitions }
	until(t, "both to share the partitions", func() error { return first(zombie.lanes(some), heir.lanes(some)) })
	f := s.feed(sent)
	until(t, "both to work", func() error { return first(zombie.consumedMore(100), heir.consumedMore(100)) })

	zombie.signal(syscall.SIGSTOP)
	until(t, "the heir to own every partition", func() error { return heir.lanes(func(n int) bool { return n == partitions }) })
	until(t, "the heir to work", func() error { return heir.consumedMore(1000) })
	zombie.signal(syscall.SIGCONT)
	until(t, "the zombie to own partitions again", func() error { return first(zombie.lanes(some), heir.lanes(some)) })
	f.finish()
	s.settled(live, history)
	s.nothingLostNothingTwice(sent, now)
	for _, pipeline := range []string{live, history} {
		total := zombie.sums(pipeline).plus(heir.sums(pipeline))
		t.Logf("%s: %s", pipeline, total)
		if total.settled() < float64(len(sent)) {
			t.Errorf("%s: %.0f records settled of %d", pipeline, total.settled(), len(sent))
		}
	}
	zombie.stop()
	heir.stop()
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// nothingLostNothingTwice compares all stores and dead letters with what was sent.
func (s *site) nothingLostNothingTwice(sent []outgoing, now time.Time) {
	s.t.Helper()
	facts := s.facts(sent, now.Add(-maxAge))
	s.holdsHistory(facts)
	s.holdsLive(facts)
	for _, pipeline := range []string{live, history} {
		letters := s.holdsDead(pipeline, facts)
		s.t.Logf("%s: %d letters about %d poison records", pipeline, letters, len(facts.poison))
	}
}
