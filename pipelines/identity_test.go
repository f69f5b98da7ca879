package pipelines

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// The index against a map, with homes so close together that probes run into one another.
func TestIndexIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x Index
		model := map[Identity]int32{}
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			id := Identity{rapid.Uint64Range(60, 68).Draw(t, "home"), rapid.Uint64Range(0, 12).Draw(t, "other")}
			if rapid.IntRange(0, 2).Draw(t, "do") == 0 {
				x.Delete(id)
				delete(model, id)
			} else {
				number := rapid.Int32Range(0, 1<<30).Draw(t, "number")
				x.Put(id, number)
				model[id] = number
			}
			if x.Len() != len(model) {
				t.Fatalf("%d entries, want %d", x.Len(), len(model))
			}
			for other := range uint64(13) {
				probe := Identity{id[0], other}
				got, known := x.Get(probe)
				if want, exists := model[probe]; known != exists || (known && got != want) {
					t.Fatalf("%v is %d (%t), want %d (%t)", probe, got, known, want, exists)
				}
			}
		}
		x.Clear()
		if _, known := x.Get(Identity{60, 0}); known || x.Len() != 0 {
			t.Fatal("something is left after Clear")
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	keys := make([][]byte, 12_500)
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "D%07d", i*8)
	}
	hashing, x := NewHashing(), Index{}
	for i, key := range keys {
		x.Put(hashing.Of(key), int32(i))
	}
	for i := 0; b.Loop(); i++ {
		if _, known := x.Get(hashing.Of(keys[i%len(keys)])); !known {
			b.Fatal("an entry is missing")
		}
	}
}
