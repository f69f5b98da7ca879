package sinkstest

import (
	"fmt"
	"testing"

	"sluice/schemas"
)

// mostFound is how much one answer may hold, whatever was asked for. A store may hold itself to a little less.
const (
	mostFound  = 10_000
	leastFound = 9_900
)

// boundedAnswers asks for more than one answer may hold: it is the nearest, or the oldest, of all.
func boundedAnswers(t *testing.T, f Fleet) {
	const drivers = mostFound + 500
	all, want := make([]schemas.Ping, drivers), make([]string, drivers)
	for i := range all {
		id := fmt.Sprintf("b%05d", i)
		at := (i * 7919) % drivers // written in another order than they are found
		all[at] = ping(id, 31.23+float64(i)/1e6, 121.47)
		all[at].TS, want[i] = noon+int64(i), id
	}
	f.live(t, all...)
	for _, limit := range []int{mostFound, drivers, 10 * drivers} {
		q := around(31.23, 121.47, 50_000, limit)
		q.MaxAge *= 10
		first(t, fmt.Sprint("the nearest ", limit), f.nearby(t, q), want)
	}
	box := schemas.Box{South: 31, West: 121, North: 32, East: 122}
	for _, limit := range []int{mostFound, drivers, 10 * drivers} {
		first(t, fmt.Sprint("the oldest ", limit), f.within(t, schemas.WithinQuery{Box: box, Limit: limit}), want)
	}
	first(t, "the oldest since", f.within(t, schemas.WithinQuery{Box: box, Since: noon + 100, Limit: drivers}), want[100:])
	for _, limit := range []int{1, 5000} {
		same(t, fmt.Sprint("the oldest ", limit), f.within(t, schemas.WithinQuery{Box: box, Limit: limit}), want[:limit])
		same(t, fmt.Sprint("the nearest ", limit), f.nearby(t, around(31.23, 121.47, 50_000, limit)), want[:limit])
	}
}

// first fails the test unless the answer is the front of the whole one, and as long as one may be.
func first(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(got) > mostFound || len(got) < leastFound {
		t.Errorf("%s: %d were found, want %d or a few less", what, len(got), mostFound)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: the %dth is %s, want %s", what, i, got[i], want[i])
			return
		}
	}
}
