package pipelines

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The coalescer against a model: per identity the newest version survives with its own
// bytes, every other offset comes back exactly once, and slots leave in the order in
// which they opened.
func TestCoalescerKeepsTheNewestBytesAndGivesBackEveryOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCoalescer(time.Second)
		type held struct {
			offset, version int64
			value           []byte
		}
		model := map[string]held{}
		var order []string
		fetched := make([]byte, 0, 64)
		for offset := range int64(rapid.IntRange(1, 200).Draw(t, "steps")) {
			if len(order) > 0 && rapid.IntRange(0, 3).Draw(t, "take") == 0 {
				got, want := c.take(), model[order[0]]
				if got.Offset != want.offset || !bytes.Equal(got.Value, want.value) || string(got.Header("h")) != order[0] {
					t.Fatalf("took offset %d %q, want %d %q", got.Offset, got.Value, want.offset, want.value)
				}
				delete(model, order[0])
				order = order[1:]
				continue
			}
			id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "id")
			version := rapid.Int64Range(1, 9).Draw(t, "version")
			fetched = fmt.Appendf(fetched[:0], "%s at %d, %0*d", id, offset, int(version), 0)
			rec := Record{Offset: offset, Value: fetched, Headers: []Header{{Key: "h", Value: []byte(id)}}}
			was, exists := model[id]
			want := int64(-1)
			switch {
			case !exists:
				order = append(order, id)
			case version <= was.version:
				want = offset
			default:
				want = was.offset
			}
			if want != offset {
				model[id] = held{offset: offset, version: version, value: bytes.Clone(fetched)}
			}
			if got := c.offer([]byte(id), version, &rec, time.Unix(0, 0)); got != want {
				t.Fatalf("offering %s version %d at %d gave back %d, want %d", id, version, offset, got, want)
			}
			clear(fetched) // the fetch buffer is used again
		}
		if _, any := c.due(); any != (len(order) > 0) {
			t.Fatalf("due says %t with %d held", any, len(order))
		}
		for range order {
			c.take()
		}
		if c.bytes != 0 || len(c.index) != 0 {
			t.Fatalf("empty, and still %d bytes and %d identities", c.bytes, len(c.index))
		}
	})
}
