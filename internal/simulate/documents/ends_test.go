package documents_test

import (
	"slices"
	"testing"
	"time"

	"sluice/internal/simulate/documents"
)

func TestTheEndsOfMonths(t *testing.T) {
	made := func(id, moment string) documents.Document {
		at, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		ms := at.UnixMilli()
		return documents.Document{OrderID: id, CreatedAt: &ms}
	}
	december := []documents.Document{
		made("6", "2026-12-31T23:59:59Z"), made("5", "2026-12-02T00:00:00Z"), made("4", "2026-12-01T00:00:00Z"),
	}
	for name, c := range map[string]struct {
		told []documents.Document
		want []string
	}{
		"none":                     {nil, nil},
		"one":                      {december[:1], []string{"6"}},
		"of one month":             {december, []string{"4", "6"}},
		"of two":                   {append([]documents.Document{made("7", "2027-01-01T00:00:00Z")}, december...), []string{"4", "6", "7"}},
		"a year apart":             {[]documents.Document{made("1", "2026-12-05T00:00:00Z"), made("2", "2025-12-05T00:00:00Z")}, []string{"1", "2"}},
		"a copy":                   {[]documents.Document{december[0], december[0]}, []string{"6"}},
		"no order's id":            {[]documents.Document{made("0", "2026-12-05T00:00:00Z"), made("x", "2026-12-05T00:00:00Z")}, nil},
		"nobody knows when it was": {[]documents.Document{{OrderID: "8"}}, nil},
	} {
		if got := documents.Ends(c.told); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// An order that its id does not lead to is a fault, and there all the same.
func TestWhatIsSoughtIsCountedByItself(t *testing.T) {
	v := documents.Verdict{Sure: 2, There: 2}
	v.Seek("7", true)
	v.Seek("8", false)
	if v.Sought != 2 || v.Unfound != 1 || v.There != 2 || v.Faults[documents.Lost] != 1 || !v.Wrong() {
		t.Errorf("%+v", v)
	}
}
