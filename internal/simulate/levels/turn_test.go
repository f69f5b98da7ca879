package levels_test

import (
	"strings"
	"testing"
)

// january is 2027-01-01 00:00 in Shanghai: the orders of November hold until then.
const january = 1_798_732_800_000

// A level that ends by itself is announced at its turn or later; until then it need not be, and it cannot be before.
func TestLevelsEndByThemselves(t *testing.T) {
	w := newWorld(t, everything())
	o := w.oracle(t)
	fallen := 0
	for member := range w.author.Members {
		s := w.store(member)
		if _, purchases := w.topics(member); len(purchases) > 0 || len(s.Said) == 0 || s.Said[len(s.Said)-1].To == "bronze" {
			continue
		}
		fallen++
		s.Now = january + 3_600_000
		told := s.Answer()
		if told.Level != "bronze" || told.ValidUntil != 0 {
			t.Fatalf("member %d is %s until %d in January", member, told.Level, told.ValidUntil)
		}
		if got := wrong(o.Judge(member, &told, s.Said)); got != "" {
			t.Errorf("member %d, before the job: %s", member, got)
		}
		s.Turn()
		told = s.Answer()
		if got := wrong(o.Judge(member, &told, s.Said)); got != "" {
			t.Errorf("member %d, after the job: %s", member, got)
		}
		s.Said[len(s.Said)-1].At = january - 60_000
		if got := wrong(o.Judge(member, &told, s.Said)); !strings.Contains(got, "changes: ") {
			t.Errorf("member %d, a minute before the turn: %q", member, got)
		}
	}
	if fallen < 3 {
		t.Errorf("only %d members have something to lose", fallen)
	}
}

// What is said once more in a new epoch is said first in it, and once.
func TestRecoveredIsSaidOnce(t *testing.T) {
	w := newWorld(t, everything())
	o := w.oracle(t)
	member, s := w.busy(t, 2)
	events, purchases := w.topics(member)
	s.Epoch, s.Replaying = 2, true
	s.Restore(nil) // all is lost, and read again
	for _, n := range append(events, purchases...) {
		s.Do(n)
	}
	told := s.Answer()
	if v := o.Judge(member, &told, s.Said); wrong(v) != "" || v.Epochs != 2 {
		t.Fatalf("%d epochs: %s", v.Epochs, wrong(v))
	}
	last := s.Said[len(s.Said)-1]
	last.From, last.Cause, last.OrderID, last.Version = last.To, "recovered", "", last.Version+1
	told.Version++
	if got := wrong(o.Judge(member, &told, append(s.Said, last))); !strings.Contains(got, "changes: ") {
		t.Errorf("said again at the end: %q", got)
	}
}
