package pipelines

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// The index against a map, with homes so close together that probes run into one another.
func TestIndexIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x index
		model := map[identity]int32{}
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			id := identity{rapid.Uint64Range(60, 68).Draw(t, "home"), rapid.Uint64Range(0, 12).Draw(t, "other")}
			if rapid.IntRange(0, 2).Draw(t, "do") == 0 {
				x.delete(id)
				delete(model, id)
			} else {
				if _, known := x.get(id); !known {
					model[id] = x.add(id)
				}
			}
			numbers := map[int32]bool{}
			for _, number := range model {
				numbers[number] = true
				if number < 0 || int(number) >= len(x.ids) {
					t.Fatalf("number %d of %d", number, len(x.ids))
				}
			}
			if len(numbers) != len(model) {
				t.Fatalf("%d numbers for %d identities", len(numbers), len(model))
			}
			if x.size() != len(model) {
				t.Fatalf("%d entries, want %d", x.size(), len(model))
			}
			for other := range uint64(13) {
				probe := identity{id[0], other}
				got, known := x.get(probe)
				if want, exists := model[probe]; known != exists || (known && got != want) {
					t.Fatalf("%v is %d (%t), want %d (%t)", probe, got, known, want, exists)
				}
			}
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	keys := make([][]byte, 12_500)
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "D%07d", i*8)
	}
	hash, x := newHashing(), index{}
	for _, key := range keys {
		x.add(hash.of(key))
	}
	for i := 0; b.Loop(); i++ {
		if _, known := x.get(hash.of(keys[i%len(keys)])); !known {
			b.Fatal("an entry is missing")
		}
	}
}
