package pipelines

import (
	"testing"

	"pgregory.net/rapid"
)

// The commit never passes an unsettled record: against a model that remembers each offset.
func TestProgressIsTheContiguousSettledPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newProgress()
		open := map[int64]bool{}
		var order []int64
		offset := rapid.Int64Range(0, 1<<40).Draw(t, "first")
		first, end := offset, offset
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			if len(order) == 0 || rapid.Bool().Draw(t, "track") {
				offset += rapid.SampledFrom([]int64{0, 0, 0, 1, 5, 300, maxGap, maxGap + 1, 1 << 33}).Draw(t, "gap")
				if !p.track(offset) {
					t.Fatalf("offset %d counts as a repetition", offset)
				}
				if p.track(offset) {
					t.Fatalf("offset %d was tracked twice", offset)
				}
				open[offset] = true
				order = append(order, offset)
				offset++
				end = offset
			} else {
				i := rapid.IntRange(0, len(order)-1).Draw(t, "which")
				p.settle(order[i])
				p.settle(order[i])
				delete(open, order[i])
				order = append(order[:i], order[i+1:]...)
			}
			want := end
			for o := range open {
				want = min(want, o)
			}
			if got := p.advance(); got != want {
				t.Fatalf("next is %d, want %d (first %d, end %d, open %v)", got, want, first, end, open)
			}
			if p.open != int64(len(open)) {
				t.Fatalf("open is %d, want %d", p.open, len(open))
			}
		}
	})
}

// Compaction and transactions leave holes: one behind an unsettled record costs neither memory nor time.
func TestAHugeHoleCostsNothing(t *testing.T) {
	p := newProgress()
	p.track(7)
	for hole := range int64(1000) {
		p.track((hole + 1) << 40)
	}
	if len(p.ring) > 2*(1000*(leapPlaces+1)/64+2) {
		t.Errorf("%d words for 1001 records", len(p.ring))
	}
	if got := p.advance(); got != 7 {
		t.Errorf("next is %d with 7 unsettled", got)
	}
	p.settle(7)
	if got := p.advance(); got != 1<<40 {
		t.Errorf("next is %d, want the next unsettled offset", got)
	}
}

func BenchmarkProgress(b *testing.B) {
	p := newProgress()
	for i := range int64(b.N) {
		p.track(i)
		if i >= 4096 {
			p.settle(i - 4096)
			if i%256 == 0 {
				p.advance()
			}
		}
	}
}
