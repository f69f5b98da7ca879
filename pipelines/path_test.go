package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
)

// Whatever the store answers, in whatever order batches come back, and however often the
// partition changes hands: the commit never passes a record without a fate, every record
// ends in exactly one place, the newest per key wins, and the counters add up.
func TestNothingIsLostUnderAnySchedule(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 30
	}
	for seed := range seeds {
		for _, mode := range []string{"every", "newest", "coalesced"} {
			t.Run(fmt.Sprintf("%s/%d", mode, seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { schedule(t, seed, mode) })
			})
		}
	}
}

func schedule(t *testing.T, seed uint64, mode string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	cfg := pipelines.Config{
		BatchRecords: 1 + rng.IntN(20), InFlight: 1 + rng.IntN(4), PollRecords: 1 + rng.IntN(16),
		BatchAge: time.Duration(1+rng.IntN(500)) * time.Millisecond, DrainTimeout: time.Duration(rng.IntN(4000)+1) * time.Millisecond,
	}
	stream := everyOne
	if mode != "every" {
		stream = newest
	}
	if mode == "coalesced" {
		cfg.CoalesceWindow = time.Duration(1+rng.IntN(1000)) * time.Millisecond
	}
	f := &fates{t: t, mode: mode, poison: map[int64]bool{}, newest: map[string]int64{}}
	r := start(t, 1, cfg, stream, func(r *rig) {
		f.rig = r
		r.store.Break(f.fault(rng.Uint64()))
		r.group.OnCommit = f.onCommit
	})
	f.append(rng, 20+rng.IntN(200))
	for range rng.IntN(5) {
		sleep(time.Duration(rng.IntN(3000)) * time.Millisecond)
		r.group.Revoke(0)
		r.group.Assign(0)
	}
	sleep(time.Hour) // one record a second at the worst, and retries
	f.verify()
}

// fates knows what must become of each record.
type fates struct {
	t      *testing.T
	rig    *rig
	mode   string
	values []string // by offset
	poison map[int64]bool
	newest map[string]int64
}

// append publishes n records, once it knows what has to become of each.
func (f *fates) append(rng *rand.Rand, n int) {
	var records []pipelines.Record
	for offset := range int64(n) {
		key, version := fmt.Sprintf("k%d", rng.IntN(8)), int64(1+rng.IntN(1000))
		if rng.IntN(12) == 0 {
			f.poison[offset] = true
			records = append(records, pipelines.Record{Value: []byte("!")})
		} else {
			f.newest[key] = max(f.newest[key], version)
			records = append(records, rec(key, version))
		}
		f.values = append(f.values, key)
	}
	f.rig.group.Append(0, records...)
}

// fault answers by chance: late, not at all, with single items refused or busy.
func (f *fates) fault(seed uint64) func(context.Context, []pipelines.Write, []pipelines.Result) (bool, error) {
	rng := rand.New(&locked{source: rand.NewPCG(seed, 2)})
	return func(ctx context.Context, writes []pipelines.Write, results []pipelines.Result) (bool, error) {
		dice, wait := rng.IntN(10), time.Duration(rng.IntN(2000))*time.Millisecond
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return true, ctx.Err()
		}
		switch {
		case dice == 0:
			for i := range results { // not to be trusted beside an error
				results[i] = pipelines.Result{Verdict: pipelines.Verdict(rng.IntN(7)), Reason: "untold"}
			}
			return true, errors.New("connection reset")
		case dice < 4:
			for i := range writes {
				switch rng.IntN(4) {
				case 0:
					results[i] = pipelines.Result{Verdict: pipelines.Retry, Reason: "busy"}
				case 1:
					results[i] = pipelines.Result{Verdict: pipelines.Refused, Reason: "forbidden"}
				}
			}
		}
		return false, nil
	}
}

// locked is a source of chance that flights share.
type locked struct {
	mu     sync.Mutex
	source rand.Source
}

func (l *locked) Uint64() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.source.Uint64()
}

// onCommit checks, at each commit, that all below it have a fate.
func (f *fates) onCommit(_ int32, next int64) {
	docs := f.rig.store.Docs()
	buried := map[int64]bool{}
	for _, letter := range f.rig.dead.Letters() {
		buried[letter.Record.Offset] = true
	}
	for offset := range next {
		_, stored := docs[fmt.Sprintf("notes/%s#%d", f.values[offset], offset)]
		_, live := docs["notes/"+f.values[offset]]
		switch {
		case f.poison[offset] && !buried[offset]:
			f.t.Errorf("commit %d passes poison %d that is not dead-lettered", next, offset)
		case !f.poison[offset] && f.mode == "every" && !stored:
			f.t.Errorf("commit %d passes record %d that is not stored", next, offset)
		case !f.poison[offset] && f.mode == "newest" && !live:
			f.t.Errorf("commit %d passes record %d whose key is not stored", next, offset)
		}
	}
}

func (f *fates) verify() {
	r, total := f.rig, len(f.values)
	if got := r.group.Committed(0); got != int64(total) {
		f.t.Errorf("committed %d of %d", got, total)
	}
	if r.group.Backwards {
		f.t.Error("a commit went backwards")
	}
	if r.obs.Consumed() != r.obs.Sum() {
		f.t.Errorf("consumed %d, verdicts add up to %d", r.obs.Consumed(), r.obs.Sum())
	}
	docs := r.store.Docs()
	if f.mode == "every" {
		if len(docs) != total-len(f.poison) {
			f.t.Errorf("%d documents of %d good records", len(docs), total-len(f.poison))
		}
		return
	}
	for key, version := range f.newest {
		if got := docs["notes/"+key].Version; got != version {
			f.t.Errorf("%s has version %d, the newest is %d", key, got, version)
		}
	}
}
