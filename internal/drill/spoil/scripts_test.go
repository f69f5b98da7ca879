package spoil_test

import (
	"strconv"
	"strings"
	"testing"

	"sluice/internal/drill/spoil"
)

func manyIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = "id-" + strconv.Itoa(i)
	}
	return ids
}

// Every named script spoils about its share, alike for the same seed, and leaves single writes a way through.
func TestNamedScriptsSpoilTheirShare(t *testing.T) {
	for _, name := range spoil.Names() {
		a, err := spoil.Named(name, 0.3, 7)
		if err != nil {
			t.Fatal(err)
		}
		b, err := spoil.Named(name, 0.3, 7)
		if err != nil {
			t.Fatal(err)
		}
		hits, of := 0, 0
		for range 200 {
			x, y := a(manyIDs(20)), b(manyIDs(20))
			if x.Status != y.Status || x.Cut != y.Cut || x.Lost != y.Lost || x.Lack != y.Lack || len(x.Items) != len(y.Items) {
				t.Fatalf("%s: the same seed says %+v and %+v", name, x, y)
			}
			if strings.HasPrefix(name, "items-") {
				hits, of = hits+len(x.Items), of+20
				continue
			}
			of++
			if x.Status != 0 || x.Cut || x.Lost || x.Lack {
				hits++
			}
		}
		if share := float64(hits) / float64(of); share < 0.2 || share > 0.4 {
			t.Errorf("%s spoils %.2f of them, want about 0.3", name, share)
		}
	}
	small, err := spoil.Named("413", 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if small(manyIDs(8)).Status != 0 || small(manyIDs(9)).Status != 413 {
		t.Error("413 is not about the size")
	}
}

func TestNonsenseIsNoScript(t *testing.T) {
	for _, c := range []struct {
		name  string
		share float64
	}{{"418", 1}, {"429", 0}, {"429", 1.1}, {"429", -1}} {
		if _, err := spoil.Named(c.name, c.share, 1); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

// A document that is rejected for what it is will be rejected again, whatever comes beside it.
func TestWhatIsRejectedOnceIsRejectedAlways(t *testing.T) {
	script, err := spoil.Named("items-400", 0.3, 7)
	if err != nil {
		t.Fatal(err)
	}
	ids := manyIDs(100)
	first := script(ids).Items
	if len(first) == 0 || len(first) == len(ids) {
		t.Fatalf("%d of %d rejected", len(first), len(ids))
	}
	for _, id := range ids {
		if again := script([]string{id}).Items[id]; again != first[id] {
			t.Errorf("%s: %d, then %d", id, first[id], again)
		}
	}
}
