package failpoint

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestWhatArmsNothingIsRefused(t *testing.T) {
	for text, want := range map[string][]string{
		"sink.befor-write@1":            {`"sink.befor-write" is no point`, "sink.before-write, sink.request-cut"},
		"sink.before-write":             {"write sink.before-write@n"},
		"sink.before-write@":            {"write sink.before-write@n"},
		"sink.before-write@0":           {"1 to 1000000000"},
		"sink.before-write@-3":          {"1 to 1000000000"},
		"sink.before-write@2000000000":  {"1 to 1000000000"},
		"sink.before-write@1x":          {`"sink.before-write@1x"`},
		"commit.after@1,":               {`"" is no point`},
		"commit.after@1,commit.after@2": {"commit.after is named twice"},
		"a@1,b@2":                       {`"a" is no point`, `"b" is no point`},
	} {
		_, err := New(text, nil)
		if err == nil {
			t.Errorf("%q is taken", text)
			continue
		}
		for _, part := range want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: no %q in %v", text, part, err)
			}
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if !strings.HasPrefix(line, Variable+": ") {
				t.Errorf("%q: the line %q does not name the variable", text, line)
			}
		}
	}
}

func TestEachNameCanBeArmed(t *testing.T) {
	if len(Names()) < 12 {
		t.Errorf("%d points", len(Names()))
	}
	for _, name := range Names() {
		p, err := New(string(name)+"@3", func() {})
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range Names() {
			if (p.at(other) != nil) != (other == name) {
				t.Errorf("%s: %s is armed: %t", name, other, p.at(other) != nil)
			}
		}
	}
}

// The n-th hit kills, whoever's it is, and only that one.
func TestTheNthHitKills(t *testing.T) {
	var deaths atomic.Int64
	p, err := New("sink.before-write@500", func() { deaths.Add(1) })
	if err != nil {
		t.Fatal(err)
	}
	var busy sync.WaitGroup
	for range 7 {
		busy.Go(func() {
			for range 71 {
				p.at(SinkBeforeWrite).hit()
			}
		})
	}
	busy.Wait()
	for hit := 498; hit <= 502; hit++ {
		p.at(SinkBeforeWrite).hit()
		if want := int64(0); hit < 500 && deaths.Load() != want {
			t.Errorf("%d deaths at hit %d", deaths.Load(), hit)
		}
	}
	if deaths.Load() != 1 {
		t.Errorf("%d deaths", deaths.Load())
	}
}

func TestSeveralPointsCountEachForItself(t *testing.T) {
	var deaths int
	p, err := New("commit.before@3,commit.after@2", func() { deaths++ })
	if err != nil {
		t.Fatal(err)
	}
	p.at(CommitBefore).hit()
	p.at(CommitAfter).hit()
	p.at(CommitBefore).hit()
	if deaths != 0 {
		t.Errorf("%d deaths too early", deaths)
	}
	p.at(CommitAfter).hit()
	p.at(CommitBefore).hit()
	if deaths != 2 {
		t.Errorf("%d deaths, want one of each", deaths)
	}
}
