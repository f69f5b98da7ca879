package schemas

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestTrackStepComesBackFromItsCursor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64()
		s := TrackStep{n.Draw(t, "ts"), n.Draw(t, "deviceTs"), n.Draw(t, "seq")}
		cursor := s.Cursor()
		if got, err := ParseTrackStep(cursor); err != nil || got.Compare(s) != 0 {
			t.Fatalf("%v came back as %v, %v", s, got, err)
		}
		at := rapid.IntRange(0, len(cursor)-1).Draw(t, "at")
		typed := cursor[:at] + string(rapid.SampledFrom([]rune("Aa0_-+/= ")).Draw(t, "typed")) + cursor[at+1:]
		if _, err := ParseTrackStep(typed); typed != cursor && !errors.Is(err, ErrBadCursor) {
			t.Fatalf("%q for %q: %v", typed, cursor, err)
		}
	})
}

func TestTrackStepsHaveTheOrderOfATrack(t *testing.T) {
	in := []TrackStep{{1, 9, 9}, {2, 0, -1}, {2, 0, 0}, {2, 1, -1}, {3, 0, 0}}
	for i := range in {
		for j := range in {
			if got := in[i].Compare(in[j]); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%v against %v is %d", in[i], in[j], got)
			}
		}
	}
}
