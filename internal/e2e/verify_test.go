package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// facts are what a topic holds, told apart by what its authors know of it.
type facts struct {
	oracle *oracle
	poison map[string]entry  // partition/offset -> the record
	reason map[string]string // partition/offset -> the reason that it must be given
	valid  int               // records, the doubled ones each time
}

// facts reads the topic back and compares it with what was sent: nothing more, nothing less.
func (s *site) facts(sent []outgoing, oldest time.Time) *facts {
	s.t.Helper()
	f := &facts{oracle: newOracle(oldest), poison: map[string]entry{}, reason: map[string]string{}}
	known := make(map[string]*outgoing, len(sent))
	left := make(map[string]int, len(sent))
	for i := range sent {
		name := strconv.FormatInt(sent[i].received, 10) + sent[i].value
		known[name] = &sent[i]
		left[name]++
	}
	for _, e := range s.read(pings) {
		name := e.headers["received-at"] + e.value
		left[name]--
		if known[name] == nil || left[name] < 0 {
			s.t.Fatalf("the topic holds at %d/%d what nobody sent", e.partition, e.offset)
		}
		if known[name].fix != nil {
			f.valid++
			f.oracle.take(known[name].fix, known[name].received)
			continue
		}
		f.poison[e.place()], f.reason[e.place()] = e, known[name].reason
	}
	for name, n := range left {
		if n != 0 {
			s.t.Fatalf("the topic lacks %d times what was acknowledged: %s", n, name)
		}
	}
	return f
}

func (e entry) place() string { return fmt.Sprintf("%d/%d", e.partition, e.offset) }

// holdsHistory compares history with the facts.
func (s *site) holdsHistory(f *facts) {
	s.t.Helper()
	docs := s.store.scan(s.prefix + "pings-*")
	for _, d := range differences(f.oracle.history, docs, func(d document) string {
		return strings.TrimPrefix(d.Index, s.prefix) + "/" + d.ID
	}) {
		s.t.Error("history: " + d)
	}
}

// holdsLive compares the positions with the facts.
func (s *site) holdsLive(f *facts) {
	s.t.Helper()
	for _, d := range differences(f.oracle.live, s.store.scan(s.prefix+"positions"), func(d document) string { return d.ID }) {
		s.t.Error("positions: " + d)
	}
}

// holdsDead compares a pipeline's dead letters with the facts: every poison record is there with its
// own bytes, key and reason, and nothing else is. It returns how many letters there are: a redelivered
// record may have more than one.
func (s *site) holdsDead(pipeline string, f *facts) (letters int) {
	s.t.Helper()
	seen := map[string]bool{}
	for _, e := range s.read(pipeline + ".dead") {
		letters++
		place := e.headers["dead-partition"] + "/" + e.headers["dead-offset"]
		original, known := f.poison[place]
		switch {
		case !known:
			s.t.Errorf("%s.dead: a letter about %s, which is no poison: %v", pipeline, place, e.headers)
		case e.value != original.value || e.key != original.key:
			s.t.Errorf("%s.dead: the letter about %s has other bytes: %q, want %q", pipeline, place, e.value, original.value)
		case e.headers["dead-reason"] != f.reason[place]:
			s.t.Errorf("%s.dead: the letter about %s gives %q, want %q: %q", pipeline, place, e.headers["dead-reason"], f.reason[place], e.value)
		case e.headers["dead-topic"] != pings || e.headers["dead-stage"] != "decode" || e.headers["dead-pipeline"] != pipeline:
			s.t.Errorf("%s.dead: the letter about %s is badly addressed: %v", pipeline, place, e.headers)
		case e.headers["received-at"] != original.headers["received-at"]:
			s.t.Errorf("%s.dead: the letter about %s lost its original headers: %v", pipeline, place, e.headers)
		}
		seen[place] = true
	}
	for place, e := range f.poison {
		if !seen[place] {
			s.t.Errorf("%s.dead: no letter about %s, %q", pipeline, place, e.value)
		}
	}
	return letters
}
