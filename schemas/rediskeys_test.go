package schemas

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTheGrammarOfKeys(t *testing.T) {
	keys, err := NewRedisKeys("s:")
	if err != nil {
		t.Fatal(err)
	}
	b := keys.Bucket(17)
	for got, want := range map[string]string{
		keys.Layout():           "s:layout",
		b.Stem():                "s:{b0017}:",
		b.Head():                "s:{b0017}:head",
		b.Watermarks():          "s:{b0017}:wm",
		b.Recovering():          "s:{b0017}:rec",
		b.Outbox():              "s:{b0017}:ob",
		b.Due():                 "s:{b0017}:due",
		b.CouponsDue():          "s:{b0017}:cd",
		b.Members():             "s:{b0017}:m",
		b.Raised():              "s:{b0017}:up",
		b.Orders("M42", 20261):  "s:{b0017}:o:M42:020261",
		b.Orders("M42", 202611): "s:{b0017}:o:M42:202611",
		b.Voids("M42", 202611):  "s:{b0017}:v:M42:202611",
		b.Memberships("M42"):    "s:{b0017}:p:M42",
		b.History("M42"):        "s:{b0017}:h:M42",
		b.Issued("M42"):         "s:{b0017}:i:M42",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := keys.Bucket(MaxBuckets - 1).Head(); got != "s:{b9999}:head" {
		t.Error(got)
	}
}

// clusterTag is the part of a key that Redis Cluster hashes (cluster specification, "hash tags").
func clusterTag(key string) string {
	open := strings.IndexByte(key, '{')
	if open < 0 {
		return key
	}
	length := strings.IndexByte(key[open+1:], '}')
	if length <= 0 {
		return key
	}
	return key[open+1 : open+1+length]
}

// All keys of a bucket share their slot whatever members are called, and no two things share a key.
func TestKeysShareASlotAndNothingElse(t *testing.T) {
	member := rapid.StringMatching(`[{}:a0-9]{0,12}`)
	month := rapid.SampledFrom([]Month{202601, 202611, 202612})
	rapid.Check(t, func(t *rapid.T) {
		keys, err := NewRedisKeys(rapid.StringMatching(`[a-z:]{0,8}`).Draw(t, "prefix"))
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.IntRange(0, MaxBuckets-1).Draw(t, "bucket")
		b, seen := keys.Bucket(n), map[string]string{keys.Layout(): "layout"}
		add := func(what, key string) {
			if was, twice := seen[key]; twice && was != what {
				t.Fatalf("%s and %s are both %s", was, what, key)
			}
			if tag := clusterTag(key); tag != fmt.Sprintf("b%04d", n) || !strings.HasPrefix(key, b.Stem()) {
				t.Fatalf("%s of %s is hashed by %s", key, what, tag)
			}
			seen[key] = what
		}
		for what, key := range map[string]string{
			"head": b.Head(), "watermarks": b.Watermarks(), "recovering": b.Recovering(), "outbox": b.Outbox(), "due": b.Due(), "coupons": b.CouponsDue(),
			"members": b.Members(), "raised": b.Raised(),
		} {
			add(what, key)
		}
		for _, m := range []string{member.Draw(t, "one"), member.Draw(t, "other")} {
			add("memberships "+m, b.Memberships(m))
			add("history "+m, b.History(m))
			add("issued "+m, b.Issued(m))
			for range 2 {
				of := month.Draw(t, "month")
				add("orders "+m+" "+of.String(), b.Orders(m, of))
				add("voids "+m+" "+of.String(), b.Voids(m, of))
			}
		}
	})
}

func TestAPrefixMustNotChooseTheSlot(t *testing.T) {
	for _, prefix := range []string{"{", "a}", "{x}", strings.Repeat("x", maxKeyPrefix+1)} {
		if _, err := NewRedisKeys(prefix); err == nil {
			t.Errorf("%q is a prefix", prefix)
		}
	}
}

// The buckets of members never change, and are even: half again above the mean would be a bad hash.
func TestBuckets(t *testing.T) {
	for member, want := range map[string][2]int{"": {294, 294}, "M0000042": {65, 65}, "会员": {934, 422}} {
		if got := [2]int{Bucket([]byte(member), 1024), int(Gene([]byte(member)))}; got != want {
			t.Errorf("%q: bucket and gene %v, want %v", member, got, want)
		}
	}
	for _, buckets := range []int{1, 7, 256, 512, 1024, MaxBuckets} {
		members := 200 * buckets
		counts := make([]int, buckets)
		for i := range members {
			member := fmt.Appendf(nil, "M%07d", i)
			at := Bucket(member, buckets)
			counts[at]++
			if gene := int(Gene(member)); Genes%buckets == 0 && gene%buckets != at || buckets%Genes == 0 && at%Genes != gene {
				t.Fatalf("%s: gene %d does not tell bucket %d of %d", member, gene, at, buckets)
			}
		}
		for at, n := range counts {
			if n < 100 || n > 300 {
				t.Errorf("bucket %d of %d has %d members, the mean is 200", at, buckets, n)
			}
		}
	}
}
