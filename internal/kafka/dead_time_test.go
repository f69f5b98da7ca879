package kafka

import (
	"testing"

	"sluice/pipelines"
)

// A producer may leave the timestamp out, or claim any: the letter must be writable all the same.
func TestALetterCarriesOnlyATimeThatCanBeWritten(t *testing.T) {
	d := &DeadLetters{pipeline: "p"}
	for at, want := range map[int64]int64{1_790_000_000_000: 1_790_000_000_000, 0: 0, -1: 0, -62135596800000: 0, 1 << 62: 0} {
		letter := pipelines.DeadLetter{Record: pipelines.Record{Time: at}}
		if got := d.record(&letter).Time; got != want {
			t.Errorf("a record of time %d: the letter has %d, want %d", at, got, want)
		}
	}
}
