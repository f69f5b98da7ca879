package pipelines

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The coalescer against a model: the first record of a window goes through, of the later ones
// the newest survives with its own bytes, and every other offset comes back exactly once: the first
// that the survivor replaced with it, the others at once.
func TestCoalescerLetsTheFirstThroughAndKeepsTheNewestBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &windows{coalescer: newCoalescer(time.Second), open: map[string]*newest{}}
		seats := map[string]Seat{"a": {Number: 0}, "b": {Number: 1}, "c": {Number: 2}, "d": {Number: 3}, "e": {Number: 4}}
		fetched := make([]byte, 0, 64)
		for offset := range int64(rapid.IntRange(1, 200).Draw(t, "steps")) {
			if len(m.order) > 0 && rapid.IntRange(0, 3).Draw(t, "take") == 0 {
				m.end(t, false)
				continue
			}
			key := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "key")
			version := rapid.Int64Range(1, 9).Draw(t, "version")
			fetched = fmt.Appendf(fetched[:0], "%s at %d, %0*d", key, offset, int(version), 0)
			rec := Record{Offset: offset, Value: fetched, Headers: []Header{{Key: "h", Value: []byte(key)}}}
			want := m.offered(key, version, &rec)
			if got := m.coalescer.offer(seats[key], version, &rec, time.Unix(0, 0)); got != want {
				t.Fatalf("offering %s version %d at %d: %+v, want %+v", key, version, offset, got, want)
			}
			clear(fetched) // the fetch buffer is used again
		}
		for len(m.order) > 0 {
			m.end(t, true)
		}
		if _, any := m.coalescer.due(); any || m.coalescer.bytes != 0 || m.coalescer.inUse(0) {
			t.Fatalf("empty, and still %d bytes", m.coalescer.bytes)
		}
	})
}

// windows is what a coalescer has to hold, thought out simply.
type windows struct {
	coalescer *coalescer
	open      map[string]*newest
	order     []string
}

// newest is what a window has to hold.
type newest struct {
	version int64
	holds   bool
	offset  int64
	first   int64
	value   []byte
}

// offered says what has to become of a record.
func (m *windows) offered(key string, version int64, rec *Record) fate {
	w, known := m.open[key]
	want := fate{loser: nobody}
	switch {
	case !known:
		want.through = true
		m.open[key] = &newest{version: version}
		m.order = append(m.order, key)
		return want
	case version <= w.version:
		want.loser = rec.Offset
		return want
	case !w.holds:
		w.first = nobody
	case w.first == nobody:
		w.first = w.offset
	default:
		want.loser = w.offset
	}
	w.version, w.holds, w.offset, w.value = version, true, rec.Offset, bytes.Clone(rec.Value)
	return want
}

// end ends the oldest window, of both.
func (m *windows) end(t *rapid.T, closing bool) {
	key := m.order[0]
	m.order = m.order[1:]
	w := m.open[key]
	got, first, ok := m.coalescer.take(time.Unix(0, 0), closing)
	switch {
	case !w.holds && ok:
		t.Fatalf("took %q of %s, which held nothing", got.Value, key)
	case w.holds && (!ok || got.Offset != w.offset || !bytes.Equal(got.Value, w.value) || string(got.Header("h")) != key):
		t.Fatalf("took %+v of %s, want offset %d %q", got, key, w.offset, w.value)
	case w.holds && first != w.first:
		t.Fatalf("took offset %d of %s with %d, want %d", got.Offset, key, first, w.first)
	}
	if w.holds && !closing {
		w.holds = false
		m.order = append(m.order, key)
	} else {
		delete(m.open, key)
	}
}

// A large record does not stay behind when its window has ended, and what an open window
// weighs is all taken back.
func TestCoalescerKeepsNoLargeBufferPerSilentIdentity(t *testing.T) {
	c := newCoalescer(time.Second)
	now := time.Unix(0, 0)
	huge := Record{Value: make([]byte, 16<<10)}
	c.offer(Seat{}, 1, &huge, now)
	c.offer(Seat{}, 2, &huge, now)
	if c.bytes < 16<<10 {
		t.Fatalf("a held record of 16 KiB weighs %d bytes", c.bytes)
	}
	if rec, _, ok := c.take(now, false); !ok || len(rec.Value) != len(huge.Value) {
		t.Fatalf("took %d bytes, %t", len(rec.Value), ok)
	}
	if _, _, ok := c.take(now, false); ok {
		t.Fatal("took a record twice")
	}
	if kept := cap(c.windows[0].held); kept > maxIdleHeldBytes || c.bytes != 0 {
		t.Fatalf("%d bytes are kept for a driver who is silent, %d are counted", kept, c.bytes)
	}
}

// A wall clock that is set back by an hour must not hold a position for an hour: what is due
// is told by the steady clock, which a time shows as m=.
func TestWindowsEndByTheSteadyClock(t *testing.T) {
	c := newCoalescer(time.Second)
	now := time.Now()
	c.offer(Seat{}, 1, &Record{}, now)
	due, open := c.due()
	if !open || due.Sub(now) != time.Second {
		t.Fatalf("due in %s, %t", due.Sub(now), open)
	}
	if !strings.Contains(due.String(), " m=") {
		t.Fatalf("due at %s, by the wall clock", due)
	}
}
