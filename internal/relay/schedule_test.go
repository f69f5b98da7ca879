package relay

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"sluice/schemas"
)

// Relays are started, killed at any step and overlap, while store, bus and dead letters fail by chance: each entry is
// published or kept as a letter before it is trimmed, and of each bucket the first publications are in order.
func TestNothingIsLostUnderAnyMischief(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		relays := rapid.IntRange(1, 3).Draw(rt, "relays")
		kills := rapid.IntRange(0, 6).Draw(rt, "kills")
		faults := rapid.IntRange(0, 40).Draw(rt, "faults")
		w := newWorld()
		synctest.Test(t, func(t *testing.T) { mischief(t, w, seed, relays, kills, faults) })
		judge(rt, w) // outside of the bubble, or it could not be made smaller
	})
}

const buckets, members, total = 5, 3, 120 // members of a bucket

func mischief(t *testing.T, w *world, seed uint64, relays, kills, faults int) {
	chance := rand.New(rand.NewPCG(seed, 1))
	var mu sync.Mutex
	roll := func(n int) bool {
		mu.Lock()
		defer mu.Unlock()
		return chance.IntN(100) < n
	}
	w.fault = func(step, _ string) error {
		if roll(10) {
			time.Sleep(time.Millisecond)
		}
		if !roll(faults) {
			return nil
		}
		if step == "publish" && roll(20) {
			return errNever
		}
		return errAway
	}
	var running sync.WaitGroup
	start := func() context.CancelFunc {
		ctx, cancel := context.WithCancel(context.Background())
		r := w.relay(t, Config{Page: 7, Buckets: 3, Members: 2, RetryMax: 200 * time.Millisecond})
		running.Go(func() { _ = r.Run(ctx) }) // it is nil
		return cancel
	}
	var lives []context.CancelFunc
	for range relays {
		lives = append(lives, start())
	}
	for i := range total {
		w.putOf(i%buckets, i/buckets%members, schemas.TopicLevels, 1)
		time.Sleep(3 * time.Millisecond)
		if kills > 0 && i%(total/kills+1) == total/kills {
			lives[0]()
			lives = append(lives[1:], start())
		}
	}
	w.fails(func(string, string) error { return nil })
	time.Sleep(10 * time.Second)
	for _, end := range lives {
		end()
	}
	running.Wait()
}

// judge sees what Kafka has, and the letters.
func judge(t *rapid.T, w *world) {
	if n := w.left(); n != 0 {
		t.Fatalf("%d entries are left", n)
	}
	for _, wrong := range w.wrong {
		t.Fatal(wrong)
	}
	firsts := make([][]int, buckets*members)
	seen := map[string]bool{}
	for _, id := range w.sent {
		n, _ := strconv.Atoi(id)
		if !seen[id] {
			whose := (n - 1) % (buckets * members)
			firsts[whose] = append(firsts[whose], n)
		}
		seen[id] = true
	}
	for n := 1; n <= total; n++ {
		if id := strconv.Itoa(n); !seen[id] && !w.buried(id) {
			t.Fatalf("%s is neither published nor kept", id)
		}
	}
	for member, ids := range firsts {
		if !slices.IsSorted(ids) {
			t.Fatalf("member %d: first published in the order %v", member, ids)
		}
	}
}

// Each publish takes 20 ms, as on a machine that is busy; 5,000 entries a second of many members do not wait longer and longer.
func TestItKeepsUpWithManyMembers(t *testing.T) {
	w := newWorld()
	w.fault = func(step, _ string) error {
		if step == "publish" {
			time.Sleep(20 * time.Millisecond)
		}
		return nil
	}
	play(t, w, Config{}, func(t *testing.T, _ *Relay, _ func()) {
		for i := range 10 {
			for j := range 500 {
				n := 500*i + j
				w.putOf(n%256, n/256, schemas.TopicLevels, 1)
			}
			after(100 * time.Millisecond)
		}
		after(time.Second)
		slices.Sort(w.ages)
		if n := len(w.ages); n != 5_000 || w.ages[n*99/100] > time.Second {
			t.Fatalf("%d published, 99 of 100 within %s", n, w.ages[n*99/100])
		}
	})
}
