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
		made("f", "2026-12-31T23:59:59Z"), made("e", "2026-12-02T00:00:00Z"), made("d", "2026-12-01T00:00:00Z"),
	}
	for name, c := range map[string]struct {
		told []documents.Document
		want []string
	}{
		"none":                     {nil, nil},
		"one":                      {december[:1], []string{"f"}},
		"of one month":             {december, []string{"d", "f"}},
		"of two":                   {append([]documents.Document{made("g", "2027-01-01T00:00:00Z")}, december...), []string{"d", "f", "g"}},
		"a year apart":             {[]documents.Document{made("a", "2026-12-05T00:00:00Z"), made("b", "2025-12-05T00:00:00Z")}, []string{"a", "b"}},
		"a copy":                   {[]documents.Document{december[0], december[0]}, []string{"f"}},
		"nobody knows when it was": {[]documents.Document{{OrderID: "x"}}, nil},
	} {
		if got := documents.Ends(c.told); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
