package opstest

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sluice/internal/drill/fault"
	"sluice/internal/drill/script"
	"sluice/internal/drill/watch"
)

const drillsReadme = "../drills/README.md"

// The catalogue of ops/drills/README.md says of each fault which drills play it, or why none does; the tables of
// kinds and observations are the code's.
func TestTheReadmeOfDrillsIsTrue(t *testing.T) {
	drills, err := script.ReadAll(os.DirFS("../drills"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(drillsReadme)
	if err != nil {
		t.Fatal(err)
	}
	old := string(text)
	want := section(t, old, "kinds", func(string) string { return kindsTable() })
	want = section(t, want, "observations", func(string) string { return observationsTable() })
	want = section(t, want, "catalogue", func(table string) string { return catalogueTable(t, table, drills) })
	if *update {
		if err := os.WriteFile(drillsReadme, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != old {
		t.Error("ops/drills/README.md is not what files and code say; look at the difference after `go test ./ops/opstest -update`")
	}
}

// What `make drill` plays, the drills with pings that are not long, is at least thirty of the catalogue's faults.
func TestMakeDrillPlaysThirtyFaults(t *testing.T) {
	drills, err := script.ReadAll(os.DirFS("../drills"))
	if err != nil {
		t.Fatal(err)
	}
	played := map[int]bool{}
	for _, d := range drills {
		for _, fault := range d.Catalogue {
			played[fault] = played[fault] || !d.Long && !d.Load.OfOrders()
		}
	}
	count := 0
	for _, plays := range played {
		if plays {
			count++
		}
	}
	if count < 30 {
		t.Errorf("make drill plays %d faults of the catalogue, want at least 30", count)
	}
}

// section replaces what stands between a part's mark and the next end.
func section(t *testing.T, text, name string, with func(old string) string) string {
	t.Helper()
	head, rest, found := strings.Cut(text, "<!-- "+name+" -->\n")
	old, tail, ended := strings.Cut(rest, "<!-- end -->")
	if !found || !ended {
		t.Fatalf("the part %q is not marked", name)
	}
	return head + "<!-- " + name + " -->\n" + with(old) + "<!-- end -->" + tail
}

// What any load makes grow is no sign of a fault: each drill has to ask for more than that, or for a share of it.
func TestEveryDrillBitesByItsFault(t *testing.T) {
	drills, err := script.ReadAll(os.DirFS("../drills"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range drills {
		for _, b := range drills[i].Expect.Bites {
			if !watch.Known(b.Name) || b.Of != "" && !watch.Known(b.Of) {
				t.Errorf("%s: nobody observes what %q asks for", drills[i].Name, b)
			}
		}
		if !slices.ContainsFunc(drills[i].Expect.Bites, telling) {
			t.Errorf("%s: %v would hold without its faults", drills[i].Name, drills[i].Expect.Bites)
		}
	}
}

// telling is a condition that a load to which nothing is done does not fulfil.
func telling(b script.Bite) bool {
	asksForSome := !b.Holds(0, 1)
	return asksForSome && (b.Of != "" || !watch.Usual(b.Name))
}

func TestWhatTells(t *testing.T) {
	for text, want := range map[string]bool{
		"stored > 0": false, "commits > 1000": false, "redelivered = 0": false, "redelivered >= 0": false,
		"retried > 0": true, "stale > 0.2 accepted": true, "stale < 0.2 accepted": false, "rebalanced > 8": false,
	} {
		var b script.Bite
		if err := b.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if telling(b) != want {
			t.Errorf("%q tells of a fault: %t", text, !want)
		}
	}
}

func kindsTable() string {
	var b strings.Builder
	b.WriteString("| kind | on | does | `with` |\n| --- | --- | --- | --- |\n")
	kinds := fault.Kinds()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		var with []string
		for _, key := range slices.Sorted(maps.Keys(kinds[name].With)) {
			with = append(with, "`"+key+"`: "+kinds[name].With[key])
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, strings.Join(kinds[name].On, ", "), kinds[name].About, strings.Join(with, "; "))
	}
	return b.String()
}

func observationsTable() string {
	var b strings.Builder
	b.WriteString("Sums over all processes and all their lives; the last look before a kill is what counts of a life.\n\n| name | counts | from |\n| --- | --- | --- |\n")
	for _, o := range watch.Observations() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.Name, o.About, o.From)
	}
	return b.String()
}

// catalogueTable fills in who plays what.
func catalogueTable(t *testing.T, table string, drills []script.Drill) string {
	t.Helper()
	lines := strings.SplitAfter(strings.TrimSuffix(table, "\n"), "\n")
	tests := testNames(t)
	n := 0
	for i, line := range lines {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if i < 2 || len(cells) != 6 {
			continue
		}
		n++
		if strings.TrimSpace(cells[1]) != strconv.Itoa(n) {
			t.Errorf("fault %d is not where it should be: %s", n, line)
		}
		players, note := playersOf(n, drills), strings.TrimSpace(cells[4])
		if players == "" && note == "" {
			t.Errorf("fault %d: no drill plays it, and nothing says why", n)
		}
		for _, name := range regexp.MustCompile(`\bTest\w+`).FindAllString(note, -1) {
			if !tests[name] {
				t.Errorf("fault %d: there is no test %s", n, name)
			}
		}
		cells[3] = " " + players + " "
		if players == "" {
			cells[3] = " "
		}
		lines[i] = strings.Join(cells, "|") + "\n"
	}
	if n != 36 {
		t.Errorf("the catalogue has %d faults, want 36", n)
	}
	return strings.Join(lines, "")
}

func playersOf(n int, drills []script.Drill) string {
	var names []string
	for i := range drills {
		if slices.Contains(drills[i].Catalogue, n) {
			names = append(names, "`"+drills[i].Name+"`")
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// testNames are of all tests of this module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range declared.FindAllSubmatch(text, -1) {
			names[string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
