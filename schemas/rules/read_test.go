package rules

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

// read is a file that must be right.
func read(t testing.TB, file string) *Rules {
	t.Helper()
	r, err := Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The same rules elsewhere have another calendar, and the ones they were made of keep theirs.
func TestRulesMoveToAnotherZone(t *testing.T) {
	shanghai := read(t, string(DefaultFile()))
	berlin, err := shanghai.In("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	const newYear = 1767196800000 // 2026-01-01 00:00 in Shanghai
	if m := shanghai.Month(newYear); m != 202601 || shanghai.TimeZone != "Asia/Shanghai" {
		t.Errorf("it is %s in %s", m, shanghai.TimeZone)
	}
	if m := berlin.Month(newYear); m != 202512 || berlin.TimeZone != "Europe/Berlin" || berlin.Version != shanghai.Version {
		t.Errorf("it is %s in %s", m, berlin.TimeZone)
	}
	for _, zone := range []string{"", "Local", "Mars/Olympus"} {
		if _, err := shanghai.In(zone); err == nil || !strings.HasPrefix(err.Error(), "timeZone: ") {
			t.Errorf("%q: %v", zone, err)
		}
	}
}

func TestPlansAreFoundByTheirIDs(t *testing.T) {
	r := read(t, `{version: v, timeZone: Asia/Shanghai, keepMonths: 1, levels: [{name: bronze}, {name: silver, orders: 5}], coupons: [
		{id: a, level: silver, every: month, day: 1, at: "09:00"}, {id: b, level: silver, every: day, at: "09:00"}]}`)
	moved, err := r.In("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []*Rules{r, moved} {
		for i := range by.Coupons {
			if p := by.Plan(by.Coupons[i].ID); p != &by.Coupons[i] {
				t.Errorf("%s is %+v", by.Coupons[i].ID, p)
			}
		}
		if p := by.Plan("c"); p != nil {
			t.Errorf("there is no c: %+v", p)
		}
	}
}

// inZone is the default rules with another time zone and another keepMonths.
func inZone(t testing.TB, zone string, keep int) *Rules {
	t.Helper()
	return read(t, fmt.Sprintf("{version: v, timeZone: %s, keepMonths: %d, levels: [{name: bronze}, {name: silver, orders: 5}, {name: gold, orders: 20}, {name: platinum, orders: 60}]}", zone, keep))
}

func TestTheDefaultRules(t *testing.T) {
	r := Default()
	if r.Version != "2026-01" || r.TimeZone != "Asia/Shanghai" || r.KeepMonths != 1 {
		t.Errorf("%+v", r)
	}
	want := []Level{{Name: "bronze"}, {Name: "silver", Orders: 5}, {Name: "gold", Orders: 20}, {Name: "platinum", Orders: 60}}
	if !reflect.DeepEqual(r.Levels, want) {
		t.Errorf("%+v", r.Levels)
	}
	for sku, level := range map[string]string{"gold-month": "gold", "platinum-month": "platinum"} {
		p, rank, ok := r.Product(sku)
		if !ok || p.Days != 31 || r.LevelName(rank) != level || p.Until(1000) != 1000+31*24*3600*1000 {
			t.Errorf("%s is %+v of rank %d, %v", sku, p, rank, ok)
		}
	}
	if _, _, ok := r.Product("gold"); ok {
		t.Error("a level can be bought by its name")
	}
	if len(r.Coupons) > 0 {
		t.Errorf("%+v", r.Coupons)
	}
}

func TestRank(t *testing.T) {
	r := Default()
	for orders, want := range map[int]string{-1: "bronze", 0: "bronze", 4: "bronze", 5: "silver", 19: "silver", 20: "gold", 59: "gold", 60: "platinum", 1 << 30: "platinum"} {
		if got := r.LevelName(r.Rank(orders)); got != want {
			t.Errorf("%d orders: %s, want %s", orders, got, want)
		}
	}
	for rank, want := range map[int]string{-1: "bronze", 0: "bronze", 3: "platinum", 4: "platinum"} {
		if got := r.LevelName(rank); got != want {
			t.Errorf("rank %d: %s, want %s", rank, got, want)
		}
	}
	if rank, ok := r.RankOf("gold"); !ok || rank != 2 {
		t.Error(rank, ok)
	}
	if _, ok := r.RankOf("tin"); ok {
		t.Error("tin is a level")
	}
}

// A file with a fault of every kind is told all of them at once.
func TestAllComplaintsAtOnce(t *testing.T) {
	file, err := os.ReadFile("testdata/bad.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/bad.golden")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Read(file); err == nil || err.Error()+"\n" != string(want) {
		t.Errorf("got\n%v", err)
	}
}

func TestFilesThatAreNoRules(t *testing.T) {
	const good = "version: v\ntimeZone: UTC\nlevels: [{name: base}]\n"
	if _, err := Read([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"", "empty"},
		{"# nothing", "empty"},
		{"[", "reading rules: yaml"},
		{"a word", "cannot unmarshal"},
		{good + "---\n" + good, "more than one YAML document"},
		{good + "keepMonth: 1\n", "field keepMonth not found"},
		{good + "version: w\n", "already"},
		{good + "keepMonths: 1.5\n", "line 4: keepMonths: not a whole number"},
		{good + "keepMonths: many\n", "cannot unmarshal"},
		{good + "keepMonths:\n", "line 4: keepMonths: no value"},
		{good + "products:\n", "line 4: products: no value"},
		{"version: 2026\ntimeZone: UTC\nlevels: [{name: base}]\n", "line 1: version: not a text"},
		{"version: v\ntimeZone: UTC\nlevels: [{name: base, privileges: [1]}]\n", "line 3: an entry that is no text"},
		{good + "keepMonths: 12\n", "keepMonths: 12 is not within 0 to 11"},
		{"version: v\nlevels: [{name: base}]\ntimeZone: Local\n", `timeZone: "Local" is no time zone`},
		{"version: v\ntimeZone: UTC\n", "levels: required"},
		{"version: v\ntimeZone: UTC\nlevels: [" + strings.Repeat("{name: a},", maxLevels+1) + "]", "levels: 17 are more than 16"},
		{strings.Repeat("#", MaxFile+1), "longer than"},
	} {
		if r, err := Read([]byte(c[0])); err == nil || r != nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%.40q: %v, want %s", c[0], err, c[1])
		}
	}
}

// FuzzRead: no file panics, and what is accepted can be reckoned with.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"levels.yaml", "testdata/bad.yaml", "testdata/full.yaml"} {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := Read(file)
		if err != nil {
			if errors.Is(err, nil) || r != nil {
				t.Fatal("an error and rules")
			}
			return
		}
		s := r.Effective(func(Month) int { return maxOrders }, nil, 1_790_000_000_123)
		if s.Rank != len(r.Levels)-1 || s.Rank > 0 && s.ValidUntil <= 1_790_000_000_123 {
			t.Fatalf("%+v", s)
		}
		for i := range r.Coupons {
			if due, period := r.CouponDue(&r.Coupons[i], 1_790_000_000_123); due <= 1_790_000_000_123 || period == "" {
				t.Fatalf("%+v is due at %d for %s", r.Coupons[i], due, period)
			}
		}
		for _, p := range r.Products {
			if _, rank, ok := r.Product(p.SKU); !ok || rank == 0 {
				t.Fatalf("%+v gives rank %d", p, rank)
			}
		}
	})
}
