package schemas

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		year, number, n := rapid.IntRange(1000, 3000).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "number"), rapid.IntRange(-5000, 5000).Draw(t, "n")
		m, want := MonthOf(year, number), time.Date(year, time.Month(number), 1, 0, 0, 0, 0, time.UTC).AddDate(0, n, 0)
		if got := m.Add(n); got.Year() != want.Year() || got.Number() != int(want.Month()) || !got.Valid() {
			t.Fatalf("%s + %d = %s, want %s", m, n, got, want)
		}
		if m.String() != time.Date(year, time.Month(number), 1, 0, 0, 0, 0, time.UTC).Format("2006-01") {
			t.Fatal(m.String())
		}
		if again, err := ParseMonth(m.String()); err != nil || again != m {
			t.Fatalf("%s is read as %s, %v", m, again, err)
		}
	})
	for _, text := range []string{"", "2026", "2026-11-21", "2026-13", "2026-00", "2026/11", "+026-11", "2026-+1", "0000-01", "２026-1"} {
		if m, err := ParseMonth(text); err == nil {
			t.Errorf("%q is %s", text, m)
		}
	}
	for _, m := range []Month{0, 12, 100, 202600, 202613, -202611, 1000001} {
		if m.Valid() {
			t.Errorf("%d is a month", m)
		}
	}
}
