package sinkstest

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"sluice/pipelines"
	"sluice/schemas"
)

// anyHistory draws events of a few members, and gives them to a store in any order, cut into any batches, some again, with time
// passing, the store opened again or its data lost in between: it ends with what the events mean.
func anyHistory(t *testing.T, open func(t *testing.T, with LevelsSetup) LevelsSubject) {
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		t.Run(strconv.Itoa(run), func(t *testing.T) {
			h := newHouse(t, open)
			h.begin()
			defer func() {
				if t.Failed() {
					r.Fatalf("see above")
				}
			}()
			g := &history{house: h, r: r, model: levelModel{rules: h.rules, members: map[string]*memberModel{}}}
			g.draw()
			g.play()
			g.compare()
		})
	})
}

// history is one run.
type history struct {
	*house
	r      *rapid.T
	model  levelModel
	writes []pipelines.Write
	lost   bool
	behind int // of these writes everything was answered
}

var historyMembers = []string{"A", "B", "C", "D", "E", "F"} //nolint:gochecknoglobals // a constant

// draw makes the records of the partition. Ids may have bytes that all are one, or bits that a double has no room for; once in a
// while a member has more orders in a row than a store may keep beside its level.
func (g *history) draw() {
	n := rapid.IntRange(1, 120).Draw(g.r, "events")
	apart := rapid.SampledFrom([]int64{1, 0x0101010101010101, 1<<53 + 1}).Draw(g.r, "apart")
	for i := 0; len(g.writes) < n; i++ {
		member := rapid.SampledFrom(historyMembers).Draw(g.r, "member")
		at := levelNoon + rapid.SampledFrom([]int64{0, 0, 0, -day, -31 * day, -62 * day, 10 * day}).Draw(g.r, "day") + rapid.Int64Range(0, 9).Draw(g.r, "second")*1000
		order := rapid.Int64Range(1, 30).Draw(g.r, "order")
		if rapid.IntRange(0, 19).Draw(g.r, "many") == 0 {
			for last := order + rapid.Int64Range(20, 40).Draw(g.r, "how many"); order < last; order++ {
				g.writes = append(g.writes, g.complete(member, order*apart, at))
			}
		}
		switch kind := rapid.IntRange(0, 9).Draw(g.r, "kind"); {
		case kind < 7:
			g.writes = append(g.writes, g.complete(member, order*apart, at))
		case kind < 9:
			g.writes = append(g.writes, g.void(member, order*apart, at))
		default:
			sku := rapid.SampledFrom([]string{"gold-month", "platinum-month"}).Draw(g.r, "sku")
			g.writes = append(g.writes, g.buy(member, fmt.Sprint("P", i), sku, at))
		}
	}
}

// play hands them over as a lane does: in the order of their offsets, but what an earlier lane had is read again.
func (g *history) play() {
	for next := 0; next < len(g.writes); {
		cut := min(len(g.writes), next+rapid.IntRange(1, 40).Draw(g.r, "batch"))
		g.apply(g.writes[next:cut])
		next = cut
		switch rapid.IntRange(0, 9).Draw(g.r, "then") {
		case 0: // a crash before the commit
			next = g.behind
		case 1:
			next = g.commit(next)
		case 2:
			if g.Reopen != nil {
				g.reopen()
				next = g.open()
			}
		case 3:
			if g.Lose != nil && next == g.commit(next) {
				g.lose()
				g.lost = true
				g.behind = 0
				next = g.open()
			}
		case 4:
			g.elapse()
		}
	}
}

// apply hands over a batch, whose verdicts are final.
func (g *history) apply(batch []pipelines.Write) {
	g.t.Helper()
	for i, r := range g.write(batch...) {
		if !r.Verdict.Final() {
			g.t.Fatalf("a result is %+v", r)
		}
		var e schemas.LevelEvent
		if err := schemas.ParseLevelEvent(batch[i].Body, &e); err != nil {
			g.t.Fatal(err)
		}
		g.model.add(string(batch[i].Key), &e)
	}
}

// commit says that the group's commit is there.
func (g *history) commit(next int) int {
	g.t.Helper()
	if err := g.Levels.Raise(g.t.Context(), g.feed.Part, int64(next)); err != nil {
		g.t.Fatal(err)
	}
	g.feed.Next, g.feed.Fresh = int64(next), false
	g.behind = next
	return next
}

// open begins a lane, and says which write it reads first.
func (g *history) open() int {
	g.t.Helper()
	marks, _ := g.begin()
	return int(marks.From)
}

// elapse lets time pass, and takes what is due in some buckets.
func (g *history) elapse() {
	now := g.clock.Now().UnixMilli() + rapid.Int64Range(0, 3*day).Draw(g.r, "passed")
	g.clock.set(now)
	for bucket := range g.Levels.Buckets() {
		_, _, err := g.Levels.Turn(g.t.Context(), bucket, now, 10, 1000)
		if err != nil && !g.lost { // it may still be reading back
			g.t.Fatalf("turning: %v", err)
		}
	}
}

// compare holds the store against the model.
func (g *history) compare() {
	g.commit(len(g.writes))
	now := g.clock.Now().UnixMilli()
	g.turn(now)
	for _, id := range historyMembers {
		member := g.model.member(id)
		for month := november.Add(-3); month <= december; month = month.Add(1) {
			if got, want := g.ids(id, month), member.ids(month); !got.equal(want) {
				g.t.Fatalf("%s in %v holds %+v, want %+v", id, month, got, want)
			}
		}
		state := g.state(id)
		for _, month := range state.Months {
			var got [31]int
			if copy(got[:], month.Days); got != member.days(month.Month) {
				g.t.Fatalf("%s in %v has orders on %v, want %v", id, month.Month, got, member.days(month.Month))
			}
		}
		if len(state.Memberships) != len(member.bought) {
			g.t.Fatalf("%s has %+v, want %+v", id, state.Memberships, member.bought)
		}
		announced := state.Announced
		if announced == "" {
			announced = g.rules.LevelName(0)
		}
		if want := g.model.level(id, now); announced != want {
			g.t.Fatalf("%s was announced %s, is %s: %+v", id, announced, want, state)
		}
		g.chain(id, announced)
	}
}

// chain fails the check unless the changes of a member lead from one to the next, to that level.
func (g *history) chain(id, to string) {
	g.t.Helper()
	last := schemas.LevelChanged{To: g.rules.LevelName(0)}
	for _, c := range g.changes(id) {
		if c.From != last.To && c.Epoch == last.Epoch || c.From == c.To && c.Cause != schemas.CauseRecovered {
			g.t.Fatalf("%s: %+v comes after %+v", id, c, last)
		}
		if !c.After(last.Epoch, last.Version) {
			g.t.Fatalf("%s: %+v is not after %+v", id, c, last)
		}
		last = c
	}
	if last.To != to {
		g.t.Fatalf("%s: the last change is %+v, the level %s", id, last, to)
	}
}
