package schemas

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestOrderIndex(t *testing.T) {
	const ms = 1 << 23
	for id, want := range map[int64]string{
		1:                   "orders-2018.01",
		31*dayMS*ms - 1:     "orders-2018.01",
		31 * dayMS * ms:     "orders-2018.02",
		301885432101234567:  "orders-2019.02",
		math.MaxInt64:       "orders-2052.11",
		280627200000*ms + 5: "orders-2026.11",
	} {
		if got := OrderIndex(id); got != want {
			t.Errorf("%d: %s, want %s", id, got, want)
		}
	}
}

func TestMonthIndexIsOrderIndex(t *testing.T) {
	var months MonthIndex
	rapid.Check(t, func(t *rapid.T) {
		id, other := rapid.Int64Range(1, math.MaxInt64).Draw(t, "id"), rapid.Int64Range(1, math.MaxInt64).Draw(t, "other")
		for _, id := range []int64{id, other, id} {
			if got := months.Name(id); got != OrderIndex(id) {
				t.Fatalf("%d: %s, want %s", id, got, OrderIndex(id))
			}
		}
		if (OrderIndex(id) < OrderIndex(other)) && id >= other {
			t.Fatalf("months do not follow one another as ids do: %d, %d", id, other)
		}
	})
}

func TestParseOrderID(t *testing.T) {
	for _, text := range []string{"", "0", "-1", "+1", "01", "1.0", " 1", "9223372036854775808", "x", "１"} {
		if id, ok := ParseOrderID(text); ok {
			t.Errorf("%q is %d", text, id)
		}
	}
	if id, ok := ParseOrderID("9223372036854775807"); !ok || id != math.MaxInt64 {
		t.Error("the greatest id is none")
	}
}

func TestOrderCursor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := OrderStep(rapid.Int64Range(1, math.MaxInt64).Draw(t, "step"))
		cursor := step.Cursor()
		if got, err := ParseOrderStep(cursor); err != nil || got != step {
			t.Fatalf("%d became %d: %v", step, got, err)
		}
		flipped := []byte(cursor)
		flipped[rapid.IntRange(0, len(flipped)-1).Draw(t, "where")] ^= 1
		if got, err := ParseOrderStep(string(flipped)); !errors.Is(err, ErrBadCursor) {
			t.Fatalf("%s is %d: %v", flipped, got, err)
		}
	})
	for _, bad := range []string{"", "x", TrackStep{1, 2, 3}.Cursor(), OrderStep(0).Cursor(), OrderStep(-1).Cursor()} {
		if _, err := ParseOrderStep(bad); !errors.Is(err, ErrBadCursor) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestQueryWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                         nil,
		" - !! ":                   nil,
		"two sofas":                {"two", "sofas"},
		"  third-floor, 三楼 &\t7 x": {"third-floor,", "三楼", "7", "x"},
	} {
		if got, ok := QueryWords(text); !slices.Equal(got, want) || ok != (len(want) > 0) {
			t.Errorf("%q: %q %v", text, got, ok)
		}
	}
	if got, _ := QueryWords(strings.Repeat("x ", 50)); len(got) != maxQueryWords {
		t.Errorf("%d words", len(got))
	}
}
