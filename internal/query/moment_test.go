package query

import (
	"fmt"
	"net/http"
	"testing"

	"sluice/schemas"
)

// What is to come follows from what is known; the turn of the month needs no job.
func TestMemberInTimeToCome(t *testing.T) {
	inMarch(t, func(t *testing.T, _ *registry, h http.Handler) {
		const april, may = 954518400000, 957110400000
		for at, want := range map[int64]string{april - 1: "gold 2000-03 7", april: "silver 2000-04 0", may - 1: "silver 2000-04 0", may: "bronze 2000-05 0"} {
			var got memberAnswer
			get(t, h, fmt.Sprint("/v1/members/M1?at=", at), &got)
			if is := fmt.Sprintf("%s %s %d", got.Level, got.Month.Period, got.Month.Orders); is != want || got.At != at {
				t.Errorf("at %d: %s, want %s", at, is, want)
			}
		}
	})
}

// The past is as it was announced then; where nothing is known of that, as the days before make it.
func TestMemberInThePast(t *testing.T) {
	inMarch(t, func(t *testing.T, r *registry, h http.Handler) {
		const afternoon = 951_811_200_000 // February 29, 16:00 in Shanghai
		r.state.Months[0] = month(200002, 22, 5, 4, 14, 15, 29, 3)
		r.state.History = []schemas.LevelChanged{
			{To: "silver", Cause: schemas.CauseOrders, Period: "2000-02", Orders: 5, At: afternoon - hours(15*24), ValidUntil: 954518400000},
			{To: "gold", Cause: schemas.CauseOrders, Period: "2000-02", Orders: 20, At: afternoon, ValidUntil: 954518400000},
			{To: "platinum", Cause: schemas.CauseMembership, Period: "2000-03", Orders: 0, At: march - hours(200), ValidUntil: march - hours(100)},
		}
		for name, c := range map[string]struct {
			at   int64
			want string
		}{
			"before anything":            {afternoon - hours(28*24), "bronze <nil> 0"},
			"before the first change":    {afternoon - hours(15*24) - 1, "bronze <nil> 19"}, // a day counts as a whole
			"at the first change":        {afternoon - hours(15*24), "silver orders 19"},
			"a moment before the second": {afternoon - 1, "silver orders 22"},
			"at the second":              {afternoon, "gold orders 22"},
			"a paid level":               {march - hours(150), "platinum membership 2"},
			"it has ended by itself":     {march - hours(100), "gold orders 2"},
		} {
			var got memberAnswer
			get(t, h, fmt.Sprint("/v1/members/M1?at=", c.at), &got)
			source := "<nil>"
			if got.Source != nil {
				source = *got.Source
			}
			if got.Next != nil {
				t.Errorf("%s: %+v is next in the past", name, got.Next)
			}
			if is := fmt.Sprintf("%s %s %d", got.Level, source, got.Month.Orders); is != c.want {
				t.Errorf("%s: %s, want %s", name, is, c.want)
			}
		}
		r.state.History = nil // lost, and rebuilt
		var got memberAnswer
		if get(t, h, fmt.Sprint("/v1/members/M1?at=", afternoon), &got); got.Level != "silver" {
			t.Errorf("without history: %s", got.Level)
		}
	})
}
