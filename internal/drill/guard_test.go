package drill

import (
	"slices"
	"testing"

	"sluice/internal/drill/stage"
)

func TestWhereNothingIsWrittenNothingIsStuck(t *testing.T) {
	a, b := place{"order-levels", 0}, place{"purchase-levels", 3}
	empty := stage.Offsets{Committed: -1}
	before := map[place]stage.Offsets{a: {End: 5, Committed: 3}, b: empty}
	for _, c := range []struct {
		now  map[place]stage.Offsets
		want []string
	}{
		{map[place]stage.Offsets{a: {End: 6, Committed: 5}, b: empty}, nil},
		{map[place]stage.Offsets{a: {End: 6, Committed: 5}, b: {End: 1, Committed: -1}}, []string{b.String()}},
		{map[place]stage.Offsets{a: {End: 6, Committed: 3}, b: empty}, []string{a.String()}},
		{map[place]stage.Offsets{a: {End: 6, Committed: 5}, b: {Start: 4, End: 4, Committed: -1}}, []string{b.String()}},
	} {
		if got := stuck(before, c.now); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v are stuck, want %v", c.now, got, c.want)
		}
	}
}
