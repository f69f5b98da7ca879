package sinkstest

import (
	"fmt"
	"testing"

	"sluice/schemas"
)

// trackOfDashes has drivers whose ids go on where another's ends, so that the keys of their pings begin alike.
func trackOfDashes(t *testing.T, f Fleet) {
	ids := []string{
		"a", "a-", "a--", "a-1", "a-1-", "a-1-2", "-a", "a.", "a-b",
		fmt.Sprint("a-", noon), fmt.Sprint("a-", noon, "-"), fmt.Sprint("a-", noon, "-7"), fmt.Sprint("a-", noon, "-7-", noon),
	}
	for i, id := range ids {
		moved := ping(id, 31, 121+float64(i)/100)
		moved.TS, moved.Seq = noon+5000, 8
		f.history(t, 0, ping(id, 31, 120+float64(i)/100))
		f.history(t, 1000, moved) // its key does not say its time
	}
	for i, id := range ids {
		want := []string{place(noon, 120+float64(i)/100), place(noon+4000, 121+float64(i)/100)}
		for _, limit := range []int{1, 2, 100} {
			q := schemas.TrackQuery{DriverID: id, From: noon - 1000, To: noon + 10_000, Limit: limit}
			same(t, fmt.Sprintf("the track of %q by %d", id, limit), f.track(t, q), want)
		}
	}
}
