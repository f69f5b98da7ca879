package sinkstest

import (
	"fmt"
	"slices"

	"sluice/schemas"
)

// levelIDChecks are the checks of what reconciliation asks for.
func levelIDChecks() map[string]func(*house) {
	return map[string]func(*house){
		"ids are those that count, and the tombstones": idsOfMember,
		"a digest is that of all ids of a bucket":      digestOfBucket,
		"a digest tells two stores apart":              digestTells,
	}
}

func idsOfMember(h *house) {
	h.write(h.complete(m1, 9, levelNoon), h.complete(m1, 1<<62, levelNoon+3000), h.complete(m1, 5, levelNoon-31*day), h.complete(m2, 6, levelNoon))
	h.write(h.void(m1, 7, levelNoon), h.void(m1, 5, levelNoon), h.void(m1, 8, levelNoon-31*day))
	for _, twice := range [][2]int64{{0, -31}, {-31, 0}} { // the later of two months keeps a tombstone, whichever came first
		order := 80 + twice[0]
		h.says(h.write(h.void(m1, order, levelNoon+twice[0]*day), h.void(m1, order, levelNoon+twice[1]*day)), "stored", "duplicate void")
	}
	_, second := h.rules.Second(levelNoon)
	for month, want := range map[schemas.Month]schemas.OrderIDSet{
		november: {Counted: []schemas.CountedOrder{{ID: 9, Second: second}, {ID: 1 << 62, Second: second + 3}}, Void: []int64{5, 7, 49, 80}},
		october:  {Void: []int64{8}},
		december: {},
	} {
		got, err := h.Levels.IDs(h.t.Context(), m1, month)
		if err != nil || !slices.Equal(got.Counted, want.Counted) || !slices.Equal(got.Void, want.Void) {
			h.t.Errorf("%v holds %+v, want %+v: %v", month, got, want, err)
		}
	}
}

func digestOfBucket(h *house) {
	want := make([]schemas.OrderDigest, h.Levels.Buckets())
	for i := range 500 {
		member := fmt.Sprint("M", i)
		h.write(h.complete(member, int64(i+1), levelNoon), h.complete(member, int64(i+2000), levelNoon-31*day))
		want[h.Bucket(member)].Add([]byte(member), int64(i+1))
	}
	for bucket := range want {
		if got, err := h.Levels.Digest(h.t.Context(), bucket, november); err != nil || got != want[bucket] {
			h.t.Errorf("bucket %d has %+v, want %+v: %v", bucket, got, want[bucket], err)
		}
		if got, err := h.Levels.Digest(h.t.Context(), bucket, december); err != nil || got != (schemas.OrderDigest{}) {
			h.t.Errorf("bucket %d has %+v of a month without orders: %v", bucket, got, err)
		}
	}
}

func digestTells(h *house) {
	h.write(h.complete(m1, 1, levelNoon), h.complete(m1, 2, levelNoon))
	before, err := h.Levels.Digest(h.t.Context(), h.Bucket(m1), november)
	if err != nil {
		h.t.Fatal(err)
	}
	h.write(h.void(m1, 2, levelNoon), h.complete(m1, 3, levelNoon))
	after, err := h.Levels.Digest(h.t.Context(), h.Bucket(m1), november)
	if err != nil || after.Orders != before.Orders || after.Sum == before.Sum {
		h.t.Errorf("one missing and one too many: %+v and %+v, %v", before, after, err)
	}
}
