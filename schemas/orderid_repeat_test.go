package schemas

import (
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// 16 generators at once, 4 goroutines on each, clocks that jump both ways: no id comes twice, each carries its
// gene, and whoever asks later gets a later one. Which ids there were is a bit each, by their place in time.
func TestOrderIDsNeverRepeat(t *testing.T) {
	const generators, workers = 16, 4
	total := 2_000_000
	if text := os.Getenv("SLUICE_TEST_ORDER_IDS"); text != "" {
		var err error
		if total, err = strconv.Atoi(text); err != nil || total < generators*workers {
			t.Fatalf("SLUICE_TEST_ORDER_IDS=%q", text)
		}
	}
	var running sync.WaitGroup
	jumps := make([]*jumpingClock, generators)
	for g := range generators {
		jumps[g] = &jumpingClock{seed: int64(g)}
		ids, err := NewOrderIDs(uint8(g), jumps[g].now)
		if err != nil {
			t.Fatal(err)
		}
		seen := &seenIDs{machine: uint8(g), pages: map[int64]*[seenPage / 64]uint64{}}
		for w := range workers {
			running.Go(func() { seen.draw(t, ids, total/generators/workers, uint16(w)) })
		}
	}
	running.Wait()
	jumped := int64(0)
	for _, clock := range jumps {
		jumped += clock.back.Load()
	}
	if t.Logf("%d ids of %d generators, whose clocks jumped back %d times", total, generators, jumped); jumped < generators {
		t.Error("the clocks did not jump: this test proves little")
	}
}

const (
	seenPage  = 1 << 18 // places of one page
	drawnOnce = 4096    // ids that are drawn before they are looked at
)

// seenIDs are the ids of one generator.
type seenIDs struct {
	machine uint8
	latest  atomic.Int64 // place in time of the latest that was looked at

	mu    sync.Mutex
	pages map[int64]*[seenPage / 64]uint64
}

// draw takes n ids, a gene each.
func (s *seenIDs) draw(t *testing.T, ids *OrderIDs, n int, gene uint16) {
	drawn := make([]int64, 0, drawnOnce)
	for n > 0 && !t.Failed() {
		before := s.latest.Load()
		for range min(n, drawnOnce) {
			gene = (gene*5 + 1) & (Genes - 1)
			id := ids.Next(gene)
			if p := SplitOrderID(id); p.Gene != gene || p.Machine != s.machine {
				t.Errorf("%d is %+v, and was asked for with gene %d of machine %d", id, p, gene, s.machine)
			}
			drawn = append(drawn, id)
		}
		n -= len(drawn)
		s.look(t, drawn, before)
		drawn = drawn[:0]
	}
}

// look wants each to be later than the one before, and new.
func (s *seenIDs) look(t *testing.T, drawn []int64, before int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range drawn {
		place := placeInTime(id)
		if place <= before {
			t.Errorf("%+v is not behind the one before", SplitOrderID(id))
			return
		}
		before = place
		page := s.pages[place/seenPage]
		if page == nil {
			page = new([seenPage / 64]uint64)
			s.pages[place/seenPage] = page
		}
		word, bit := place%seenPage/64, uint64(1)<<(place%64)
		if page[word]&bit != 0 {
			t.Errorf("%d comes twice", id)
			return
		}
		page[word] |= bit
	}
	s.latest.Store(max(s.latest.Load(), before))
}

// placeInTime is an id without machine and gene: what rises.
func placeInTime(id int64) int64 { return id>>23<<6 | id&63 }

// jumpingClock moves on by a millisecond every 40 looks, and every 5000 it jumps: back or
// forth by seconds, now and then back by a day.
type jumpingClock struct {
	seed  int64
	looks atomic.Int64
	back  atomic.Int64 // jumps back
}

func (c *jumpingClock) now() int64 {
	looks := c.looks.Add(1)
	jump, era := int64(0), looks/5000
	switch {
	case era%50 == 49:
		jump = -86_400_000
	case era%200 == 100+c.seed:
		jump = 10_000
	case era%3 == c.seed%3:
		jump = (era%7 - 3) * 1000
	}
	if looks%5000 == 0 && jump < 0 {
		c.back.Add(1)
	}
	return orderNow + looks/40 + jump
}
