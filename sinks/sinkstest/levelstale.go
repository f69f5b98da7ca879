package sinkstest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// anyTale draws events of a few members between which time passes, more often than somebody turns what is due: what is announced
// is, change by change, what the contract says of events and of time.
func anyTale(t *testing.T, open func(t *testing.T, with LevelsSetup) LevelsSubject) {
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		t.Run(strconv.Itoa(run), func(t *testing.T) {
			defer func() {
				if t.Failed() {
					r.Fatalf("see above")
				}
			}()
			g := newTale(t, r, open)
			for range rapid.IntRange(1, 15).Draw(r, "steps") {
				g.step()
			}
			g.pass(0)
			for _, member := range taleMembers {
				g.compare(member)
			}
		})
	})
}

// tale is one run.
type tale struct {
	*house
	r     *rapid.T
	model levelModel
	rank  map[string]int      // announced
	told  map[string][]string // that must have been
}

var taleMembers = []string{"A", "B", "C"} //nolint:gochecknoglobals // a constant

// newTale begins one with levels that take few orders. Its time is less than the months that are kept.
func newTale(t *testing.T, r *rapid.T, open func(t *testing.T, with LevelsSetup) LevelsSubject) *tale {
	by := rules.Default()
	by.Levels[1].Orders, by.Levels[2].Orders, by.Levels[3].Orders = 1, 2, 4
	h := newHouseBy(t, open, by)
	h.begin()
	return &tale{house: h, r: r, model: levelModel{rules: by, members: map[string]*memberModel{}}, rank: map[string]int{}, told: map[string][]string{}}
}

// step is some events, or some time, with or without a turn.
func (g *tale) step() {
	switch rapid.IntRange(0, 5).Draw(g.r, "what") {
	case 0:
		g.pass(rapid.Int64Range(0, 20).Draw(g.r, "days") * day)
	case 1:
		g.clock.set(g.clock.Now().UnixMilli() + rapid.Int64Range(0, 20).Draw(g.r, "days")*day)
	default:
		var writes []pipelines.Write
		for range rapid.IntRange(1, 8).Draw(g.r, "events") {
			writes = append(writes, g.draw())
		}
		for i, result := range g.write(writes...) {
			if !result.Verdict.Final() {
				g.t.Fatalf("a result is %+v", result)
			}
			g.come(&writes[i])
		}
	}
}

// draw makes an event that happened lately, or before, or will by a clock that is ahead.
func (g *tale) draw() pipelines.Write {
	member := rapid.SampledFrom(taleMembers).Draw(g.r, "member")
	at := g.clock.Now().UnixMilli() + rapid.SampledFrom([]int64{0, 0, -31, -31, 5, -62}).Draw(g.r, "days")*day
	known := g.order
	switch kind := rapid.IntRange(0, 9).Draw(g.r, "kind"); {
	case kind < 6 || known == 0:
		return g.orders(member, 1, at)[0]
	case kind < 7:
		return g.complete(member, rapid.Int64Range(1, known).Draw(g.r, "again"), at)
	case kind < 9:
		return g.void(member, rapid.Int64Range(1, known).Draw(g.r, "order"), at)
	default:
		return g.buy(member, fmt.Sprint("P", g.feed.End), rapid.SampledFrom([]string{"gold-month", "platinum-month"}).Draw(g.r, "sku"), at)
	}
}

// come says what an event announces: the level that it leads to, unless that is the one announced or lies between that and
// what time has made of it.
func (g *tale) come(w *pipelines.Write) {
	g.t.Helper()
	var e schemas.LevelEvent
	if err := schemas.ParseLevelEvent(w.Body, &e); err != nil {
		g.t.Fatal(err)
	}
	id := string(w.Key)
	by, was := g.now(id), g.rank[id]
	g.model.add(id, &e)
	is := g.now(id)
	if is == was || is >= min(was, by) && is <= max(was, by) {
		return
	}
	if e.Kind == schemas.LevelPurchase {
		g.say(id, is, "membership")
		return
	}
	g.say(id, is, fmt.Sprint("orders ", e.Order))
}

// pass lets time pass, and turns what is due.
func (g *tale) pass(ms int64) {
	g.turn(g.clock.Now().UnixMilli() + ms)
	for _, id := range taleMembers {
		if is := g.now(id); is != g.rank[id] {
			g.say(id, is, "time")
		}
	}
}

func (g *tale) now(id string) int {
	rank, _ := g.rules.RankOf(g.model.level(id, g.clock.Now().UnixMilli()))
	return rank
}

func (g *tale) say(id string, rank int, cause string) {
	g.told[id] = append(g.told[id], fmt.Sprintf("%s>%s %s", g.rules.LevelName(g.rank[id]), g.rules.LevelName(rank), cause))
	g.rank[id] = rank
}

func (g *tale) compare(id string) {
	g.t.Helper()
	var got []string
	for i, c := range g.changes(id) {
		cause := c.Cause
		switch timely := cause == schemas.CauseMonth || cause == schemas.CauseMembership; {
		case c.OrderID != "":
			cause += " " + c.OrderID
		case timely && i < len(g.told[id]) && strings.HasSuffix(g.told[id][i], " time"):
			cause = "time"
		}
		got = append(got, fmt.Sprintf("%s>%s %s", c.From, c.To, cause))
	}
	if !slices.Equal(got, g.told[id]) {
		g.t.Fatalf("%s was announced as %q, want %q", id, got, g.told[id])
	}
}
