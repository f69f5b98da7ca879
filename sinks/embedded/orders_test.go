package embedded

import (
	"slices"
	"strings"
	"testing"

	"sluice/sinks/sinkstest"
)

func TestOrders(t *testing.T) {
	sinkstest.TestOrders(t, func(t *testing.T) sinkstest.Shop { return shop(t, t.TempDir()) })
}

func shop(t *testing.T, dir string) sinkstest.Shop {
	s := newStore(t, Config{Dir: dir, NoSync: true})
	return sinkstest.Shop{
		Sink: s, Orders: s, Documents: s, Facts: s, Sees: s.Sees,
		Refresh: func(*testing.T) {}, // a search sees what was answered
		Reopen: func(t *testing.T) sinkstest.Shop {
			closeStore(t, s)
			return shop(t, dir)
		},
	}
}

func TestTokens(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		" -- !":                  "",
		"Two sofas, third-floor": "two sofas third floor",
		"三楼的沙发":                  "三 楼 的 沙 发",
		"iPhone15 在3楼":           "iphone15 在 3 楼",
		"さくら サクラ":                "さ く ら サクラ",
		"e\u0301cole \u0301x":    "e\u0301cole x",
		"a_b.c":                  "a b c",
		"x\x00\"y":               "x y",
		strings.Repeat("長い ", 3): "長 い 長 い 長 い",
	} {
		if got := indexed(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := matching([]string{"third-floor", `"AND`}); got != `"third floor" AND "and"` {
		t.Error(got)
	}
}

// Questions by member, driver and words go by an index, and come in the order of ids without sorting.
func TestOrderQuestionsGoByIndex(t *testing.T) {
	s := newStore(t, Config{NoSync: true})
	_, release, err := s.use("orders-2026.09", true)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	reads, err := s.places["orders-2026.09"].file.Load().pool()
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range map[string]ordersPage{
		"USING INDEX members": {}, "USING INDEX drivers": {}, "VIRTUAL TABLE INDEX": {},
	} {
		switch name {
		case "USING INDEX members":
			page.q.MemberID = "M1"
		case "USING INDEX drivers":
			page.q.DriverID = "D1"
		default:
			page.q.Words = []string{"sofas"}
		}
		query, args := page.query()
		rows, err := reads.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, step)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(plan, func(step string) bool { return strings.Contains(step, name) }) || strings.Contains(strings.Join(plan, " "), "TEMP B-TREE") {
			t.Errorf("%s: %q", name, plan)
		}
	}
}
