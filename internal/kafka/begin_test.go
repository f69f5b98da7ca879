package kafka

import (
	"testing"
)

func TestWhereAPartitionIsReadFrom(t *testing.T) {
	here := incarnation{cluster: "c", id: "a"}
	for name, c := range map[string]struct {
		topic incarnation
		commit
		next  int64
		moved bool
		hole
	}{
		"no commit":                        {here, commit{-1, -1, ""}, 10, false, hole{}},
		"within":                           {here, commit{15, 3, here.note()}, 15, false, hole{}},
		"at the end":                       {here, commit{20, 3, here.note()}, 20, false, hole{}},
		"retention overtook it":            {here, commit{4, 3, here.note()}, 10, true, hole{4, 10, gapRetention}},
		"made anew":                        {here, commit{15, 3, incarnation{"c", "b"}.note()}, 10, true, hole{10, 15, gapMadeAnew}},
		"of another cluster":               {here, commit{15, 3, incarnation{"d", "b"}.note()}, 15, false, hole{}},
		"an operator's":                    {here, commit{15, -1, ""}, 15, false, hole{}},
		"a note of somebody else":          {here, commit{15, -1, "topic of the day"}, 15, false, hole{}},
		"brokers that know no ids":         {incarnation{}, commit{15, -1, here.note()}, 15, false, hole{}},
		"behind the end, of unknown epoch": {here, commit{25, -1, ""}, 10, true, hole{20, 25, gapCut}},
		"behind the end":                   {here, commit{25, 3, ""}, 25, false, hole{}}, // the fetcher finds where they part
	} {
		t.Run(name, func(t *testing.T) {
			at, missing := standing{topic: c.topic, commit: c.commit, oldest: 10, newest: 20}.start()
			if at.next != c.next || at.moved != c.moved || missing != c.hole {
				t.Errorf("starts at %+v, missing %+v", at, missing)
			}
			if believed := at.next == c.commit.next; believed != (at.epoch == c.epoch && at.committed == c.commit.next) && c.commit.next >= 0 {
				t.Errorf("starts at %+v", at)
			}
		})
	}
}

func TestEpochsAreOfTheRecordBefore(t *testing.T) {
	var e epochs
	if got := e.before(5); got != unknownEpoch {
		t.Errorf("of nothing: %d", got)
	}
	e.since(9, 2) // as a commit at 10 said
	e.since(10, 2)
	e.since(20, 3)
	e.since(30, unknownEpoch)
	for _, want := range []struct {
		next  int64
		epoch int32
	}{{9, unknownEpoch}, {10, 2}, {20, 2}, {21, 3}, {30, 3}, {31, unknownEpoch}} {
		if got := e.before(want.next); got != want.epoch {
			t.Errorf("before %d: %d, want %d", want.next, got, want.epoch)
		}
	}
}

func TestACommitPassesWhatIsNeverRead(t *testing.T) {
	var u unread
	u.add(hole{from: 10, to: 20})
	u.add(hole{from: 20, to: 25})
	u.add(hole{from: 30, to: 40})
	for _, want := range [][2]int64{{9, 9}, {10, 25}, {10, 25}, {26, 26}, {30, 40}, {41, 41}} {
		if got := u.behind(want[0]); got != want[1] {
			t.Errorf("behind %d: %d, want %d", want[0], got, want[1])
		}
	}
}
