package e2e

import (
	"errors"
	"testing"
	"time"
)

// cutOff is how long Kafka or Elasticsearch is away in these tests: longer than a session.
const cutOff = 7 * time.Second

// Kafka goes away from the pipelines for longer than their session, by refusing and by
// hanging: they come back by themselves, nothing is lost and nothing is twice.
func TestKafkaAwayFromPipelines(t *testing.T) {
	now := time.Now()
	s := newSite(t, loadEnv()...).setup()
	p := s.newKafkaProxy()
	sent := newLoad(t, now)
	c := s.start("pipelines", []string{"SLUICE_KAFKA_BROKERS=" + p.address}, "run", "pipelines").ready()
	f := s.feed(sent)
	until(t, "the process to work", func() error { return c.consumedMore(500) })
	for _, away := range []struct{ begin, end func() }{{p.cut, p.heal}, {p.freeze, p.thaw}} {
		away.begin()
		pause(cutOff)
		c.alive()
		before := c.sumsNow(history).consumed
		away.end()
		until(t, "the process to work again", func() error { return c.consumedMore(int(before)) })
	}
	f.finish()
	s.settled(live, history)
	s.nothingLostNothingTwice(sent, now)
	for _, pipeline := range []string{live, history} {
		t.Logf("%s: %s", pipeline, c.sums(pipeline))
	}
	c.stop()
}

// A process that is asked to stop while Elasticsearch is away ends in time, says what it
// left, and the next one finds all of it.
func TestStoppedWhileElasticIsAway(t *testing.T) {
	now := time.Now()
	s := newSite(t, loadEnv()...).setup()
	away := s.elasticProxy()
	sent := newLoad(t, now)
	first := s.start("first", []string{"SLUICE_ELASTIC_URLS=" + away.url}, "run", "pipelines").ready()
	f := s.feed(sent)
	until(t, "the process to work", func() error { return first.consumedMore(500) })
	away.stop(t)
	f.finish()
	until(t, "history to hold something", func() error {
		if held := first.sumsNow(history); held.consumed == held.settled() {
			return errors.New("it holds nothing")
		}
		return nil
	})
	first.stop()
	left := map[string]sums{live: first.lastSums(live), history: first.lastSums(history)}
	if left[history].unsettled == 0 {
		t.Error("history left nothing while its store was away")
	}

	away.start(t)
	second := s.start("second", []string{"SLUICE_ELASTIC_URLS=" + away.url}, "run", "pipelines").ready()
	s.settled(live, history)
	s.nothingLostNothingTwice(sent, now)
	for pipeline, first := range left {
		t.Logf("%s: first %s; second %s", pipeline, first, second.sums(pipeline))
		if total := first.plus(second.sums(pipeline)); total.settled() < float64(len(sent)) {
			t.Errorf("%s: %.0f records settled of %d", pipeline, total.settled(), len(sent))
		}
	}
	second.stop()
}
