package jobs

import (
	"slices"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// guest is a member who was gold by January, with so many orders of February, and what comes within the grace of the turn to March.
type guest struct {
	february int
	comes    func(w *town, id string, turn time.Time) []pipelines.Write
	soon     []string // announced within the grace
	late     []string // and behind it
}

// late are orders of February that come in March.
func late(n int) func(w *town, id string, turn time.Time) []pipelines.Write {
	return func(w *town, id string, turn time.Time) (writes []pipelines.Write) {
		for range n {
			writes = append(writes, w.ordered(schemas.LevelComplete, id, 0, turn.Add(-time.Minute)))
		}
		return writes
	}
}

// guests are all that may become of a level within the grace, by what comes.
func guests() map[string]guest {
	fall := []string{"gold>bronze month"}
	return map[string]guest{
		"nothing":      {comes: late(0), late: fall},
		"enough":       {february: 1, comes: late(1)},
		"two that are": {comes: late(2)},
		"not enough":   {comes: late(1), late: []string{"gold>silver month"}},
		"more":         {comes: late(3)},
		"one of March": {comes: func(w *town, id string, turn time.Time) []pipelines.Write {
			return []pipelines.Write{w.ordered(schemas.LevelComplete, id, 0, turn)}
		}, late: []string{"gold>silver month"}},
		"a purchase": {comes: func(w *town, id string, turn time.Time) []pipelines.Write {
			return []pipelines.Write{w.bought(id, "gold-month", turn, turn.AddDate(0, 0, 31))}
		}},
		"a refund": {february: 1, comes: func(w *town, id string, turn time.Time) []pipelines.Write {
			made := w.ordered(schemas.LevelComplete, id, 0, turn.Add(-time.Minute))
			return []pipelines.Write{made, w.ordered(schemas.LevelVoid, id, w.order, turn)}
		}, soon: []string{"gold>silver orders"}},
	}
}

// On SQLite and on Redis: within the grace nobody hears of a fall that the month brought, and afterwards of what is left of it. An
// order that is taken back is no such fall.
func TestALateOrderWithinTheGraceKeepsALevel(t *testing.T) {
	everyPlace(t, func(t *testing.T, open func(*rules.Rules) place) {
		w := settle(t, open, turnRules(t), turnEve, Config{CouponEvery: time.Hour, SweepEvery: 24 * time.Hour, TickEvery: time.Minute})
		turn := time.Now().Add(2 * time.Minute)
		var events []pipelines.Write
		for id, g := range guests() {
			for range 2 {
				events = append(events, w.ordered(schemas.LevelComplete, id, 0, turn.AddDate(0, 0, -45)))
			}
			for range g.february {
				events = append(events, w.ordered(schemas.LevelComplete, id, 0, turn.AddDate(0, 0, -10)))
			}
		}
		w.write(events)
		w.hire()
		after(4 * time.Minute)
		for id, g := range guests() {
			for _, event := range g.comes(w, id, turn) {
				w.write([]pipelines.Write{event})
				after(time.Second)
			}
		}
		after(time.Minute)
		w.hears(func(g *guest) []string { return g.soon })
		after(time.Hour)
		w.hears(func(g *guest) []string { return append(slices.Clone(g.soon), g.late...) })
		w.close()
		if err := w.real.Close(); err != nil {
			t.Error(err)
		}
	})
}

// hears complains unless what was announced of each guest since he was gold is that.
func (w *town) hears(want func(g *guest) []string) {
	w.t.Helper()
	w.publish()
	for id, g := range guests() {
		got := []string{}
		for i := range w.said[id] {
			got = append(got, says(&w.said[id][i]))
		}
		expected := append([]string{"bronze>silver orders", "silver>gold orders"}, want(&g)...)
		if !slices.Equal(got, expected) {
			w.t.Errorf("%s: announced %q, want %q", id, got, expected)
		}
	}
}
