package pipelines_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

// narrow keeps no letter above a limit, as a topic does, and names the first that is.
type narrow struct {
	pipelinestest.Graveyard
	limit int
}

type tooLarge struct{ index int }

func (e *tooLarge) Error() string    { return fmt.Sprintf("record %d is too large", e.index) }
func (e *tooLarge) RecordIndex() int { return e.index }

func (n *narrow) Publish(ctx context.Context, letters []pipelines.DeadLetter) error {
	for i := range letters {
		if letters[i].Record.Size() > n.limit {
			return fmt.Errorf("keeping dead letters: %w", &tooLarge{i})
		}
	}
	return n.Graveyard.Publish(ctx, letters)
}

// A record may be larger than its letter's topic takes: the broker measures batches after
// compression. It is kept cut short, and its partition goes on.
func TestALetterTooLargeIsCutShortAndItsPartitionGoesOn(t *testing.T) {
	huge := func(n int) []byte { return bytes.Repeat([]byte{'!'}, n) }
	for name, record := range map[string]pipelines.Record{
		"value":   {Value: huge(1 << 20), Key: []byte("k"), Headers: []pipelines.Header{{Key: "h", Value: []byte("v")}}},
		"key":     {Value: []byte("!"), Key: huge(1 << 20)},
		"headers": {Value: []byte("!"), Key: []byte("k"), Headers: []pipelines.Header{{Key: "h", Value: huge(1 << 20)}}},
		"all":     {Value: huge(1 << 20), Key: huge(1 << 20), Headers: []pipelines.Header{{Key: "h", Value: huge(1 << 20)}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dead := &narrow{limit: 10_000}
				r := start(t, 1, pipelines.Config{}, newest, func(r *rig) { r.letters = dead })
				r.group.Append(0, pipelines.Record{Value: []byte("!whole")}, record, rec("k", 1))
				sleep(time.Minute)
				letters := dead.Letters()
				if len(letters) != 2 || r.group.Committed(0) != 3 {
					t.Fatalf("%d letters, committed %d", len(letters), r.group.Committed(0))
				}
				if whole := letters[0]; string(whole.Record.Value) != "!whole" || strings.Contains(whole.Detail, "cut") {
					t.Errorf("its neighbour was touched: %s", whole.Detail)
				}
				cut := letters[1]
				if !strings.Contains(cut.Detail, "cut short") || strings.Contains(cut.Detail, "!!") || cut.Record.Offset != 1 || cut.Reason != "bad_note" {
					t.Errorf("letter %s of offset %d: %s", cut.Reason, cut.Record.Offset, cut.Detail)
				}
				if name == "value" && (len(cut.Record.Value) < 4096 || string(cut.Record.Key) != "k" || len(cut.Record.Headers) != 1) {
					t.Errorf("more was cut than needed: %d bytes of value are left", len(cut.Record.Value))
				}
				if r.obs.Sum() != r.obs.Consumed() {
					t.Errorf("settled %d of %d", r.obs.Sum(), r.obs.Consumed())
				}
			})
		})
	}
}

// A sink that fails half-way has said nothing: neither that a write is stored nor that
// it is poison, which would end without its letter.
func TestResultsBesideAnErrorAreNotBelieved(t *testing.T) {
	for _, lie := range []pipelines.Verdict{pipelines.Stored, pipelines.Poison} {
		t.Run(lie.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, 1, pipelines.Config{}, everyOne, func(r *rig) {
					r.store.Break(func(_ context.Context, _ []pipelines.Write, results []pipelines.Result) (bool, error) {
						r.store.Break(nil)
						results[0] = pipelines.Result{Verdict: lie, Reason: "half-way"}
						return true, errors.New("cut")
					})
				})
				r.group.Append(0, rec("a", 1), rec("b", 2))
				sleep(time.Minute)
				if docs, letters := len(r.store.Docs()), len(r.dead.Letters()); docs != 2 || letters != 0 {
					t.Fatalf("%d documents, %d letters, committed %d", docs, letters, r.group.Committed(0))
				}
			})
		})
	}
}
