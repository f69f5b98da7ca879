package schemas

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestPingID(t *testing.T) {
	for want, p := range map[string]Ping{
		"D1-1790000000123-42":         {DriverID: []byte("D1"), TS: 1790000000123, Seq: 42},
		"D1-1790000000123-":           {DriverID: []byte("D1"), TS: 1790000000123, Seq: -1},
		"D-1-1790000000123-1790-0":    {DriverID: []byte("D-1-1790000000123"), TS: 1790, Seq: 0},
		"D-1-1790000000123-1790-1790": {DriverID: []byte("D-1-1790000000123"), TS: 1790, Seq: 1790},
	} {
		if got := string(PingID(nil, &p)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestPingIDIsUnambiguous(t *testing.T) {
	draw := func(t *rapid.T, name string) Ping {
		return Ping{
			DriverID: []byte(rapid.StringMatching(`[1-]{1,6}`).Draw(t, name+" driver")),
			TS:       rapid.SampledFrom([]int64{1, 11}).Draw(t, name+" ts"),
			Seq:      rapid.SampledFrom([]int64{-1, 1, 11}).Draw(t, name+" seq"),
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		identity := func(p Ping) string { return fmt.Sprintf("%q %d %d", p.DriverID, p.TS, p.Seq) }
		if (string(PingID(nil, &a)) == string(PingID(nil, &b))) != (identity(a) == identity(b)) {
			t.Fatalf("%s and %s", identity(a), identity(b))
		}
	})
}

func TestDayIndex(t *testing.T) {
	for ts, want := range map[int64]string{
		1790000000123: "pings-2026.09.21",
		1790035199999: "pings-2026.09.21",
		1790035200000: "pings-2026.09.22",
		MinTS:         "pings-2000.01.01",
		MaxTS - 1:     "pings-2099.12.31",
		-1:            "pings-1969.12.31",
	} {
		if got := PingIndex(ts); got != want {
			t.Errorf("%d: %s, want %s", ts, got, want)
		}
	}
	days := DayIndex{}
	rapid.Check(t, func(t *rapid.T) {
		ts := rapid.Int64Range(-1e12, MaxTS).Draw(t, "ts")
		for _, near := range []int64{ts, ts + dayMS, ts + rememberedDays*dayMS, ts} {
			if got := days.Name(near); got != PingIndex(near) {
				t.Fatalf("%d: %s, want %s", near, got, PingIndex(near))
			}
		}
	})
	if n := testing.AllocsPerRun(100, func() { days.Name(MinTS); days.Name(MinTS + dayMS) }); n > 0 {
		t.Errorf("%v allocations for a remembered day", n)
	}
}

func TestAClockAheadIsClamped(t *testing.T) {
	for _, c := range []struct{ ts, receivedAt, tolerance, want int64 }{
		{1000, 1000, 50, 1000},
		{900, 1000, 50, 900},
		{1050, 1000, 50, 1050},
		{1051, 1000, 50, 1000},
		{1051, 0, 50, 1051},
		{MaxTS, 1000, 0, 1000},
	} {
		if got := EffectiveTS(c.ts, c.receivedAt, c.tolerance); got != c.want || PositionVersion(c.ts, c.receivedAt, c.tolerance) != got {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestParseMillis(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1790000000123": 1790000000123, "999999999999999": 999999999999999} {
		if got, ok := ParseMillis([]byte(text)); !ok || got != want {
			t.Errorf("%q: %d %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "-1", "+1", "1.5", "1e3", " 1", "1000000000000000", "１"} {
		if got, ok := ParseMillis([]byte(text)); ok {
			t.Errorf("%q: %d", text, got)
		}
	}
}
