package ledger

import (
	"bytes"
	"testing"
)

// Whatever a file holds, reading it ends, and no block is without a state or beyond the plan.
func FuzzRead(f *testing.F) {
	_, raw := written(f)
	f.Add(raw)
	f.Add(raw[:len(raw)/2])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, content []byte) {
		l, err := read(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		if blocks := l.Header.Plan.Blocks(); int64(len(l.Outcomes)) > blocks {
			t.Errorf("%d outcomes of %d blocks", len(l.Outcomes), blocks)
		}
		if got := l.Of(0); got.State == None {
			t.Error("a block without a state")
		}
	})
}
