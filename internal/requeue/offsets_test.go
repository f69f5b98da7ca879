package requeue

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/pipelines"
	"sluice/schemas"
)

func TestOffsetsHoldWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		set, want := offsets{}, map[int64]bool{}
		for range rapid.IntRange(1, 5).Draw(rt, "runs") {
			first := rapid.Int64Range(pageBits-200, pageBits+200).Draw(rt, "first")
			r := run{First: first, Last: first + rapid.Int64Range(-1, 200).Draw(rt, "more")}
			set.addRun(r)
			for o := r.First; o <= r.Last; o++ {
				want[o] = true
			}
		}
		for o := int64(pageBits - 300); o < pageBits+500; o++ {
			if set.has(o) != want[o] {
				rt.Fatalf("offset %d: %t", o, set.has(o))
			}
		}
	})
}

// A mark that says the same 150,000 times over costs what it says once.
func TestAMarkThatRepeatsItselfCostsLittle(t *testing.T) {
	const letters = 1 << 20
	mark := pipelines.Record{Offset: letters, Headers: []pipelines.Header{
		header(schemas.HeaderDeadMark, schemas.MarkDropped), header(schemas.HeaderDeadMarked, strings.Repeat("0-1048575,", 150_000)+"7"),
	}}
	begin := time.Now()
	m, err := readMark(&mark)
	if err != nil || len(m.runs) != 1 {
		t.Fatalf("%d runs: %v", len(m.runs), err)
	}
	set := offsets{}
	for range 100 {
		set.addRun(m.runs[0])
	}
	if took := time.Since(begin); took > 5*time.Second || !set.has(letters-1) || set.has(letters) {
		t.Errorf("%s", took)
	}
}
