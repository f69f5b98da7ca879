package pipelines

import "time"

// ReasonCoalesced is the reason of a record that a newer one of the same identity
// replaced within the window.
const ReasonCoalesced = "coalesced"

// coalescer lets through at most one record per identity and window: the first at once,
// and when the window is over the newest of those that came meanwhile. So a driver who
// was quiet is written without delay, and one of a backlog once per window.
//
// The first record that a window's survivor replaced is settled only with it, so that the commit passes
// none of them before: who reads again after a crash has forgotten what the gates knew, and may drop
// the survivor for a reason that had not been one. The others lie behind that first one, or behind the
// survivor, and are settled at once.
type coalescer struct {
	window  time.Duration
	born    time.Time // windows are measured from it, by the steady clock: one that is set back must hold nobody up
	windows []window  // by seat
	queue   []int32   // seats in the order in which their windows end
	head    int
	bytes   int64
	names   HeaderNames
}

// window is one identity's. It holds bytes, not a decoded record, and those are a copy:
// whoever keeps one ping of a fetch buffer keeps the buffer. With one pointer each,
// a hundred thousand of them cost the collector little.
type window struct {
	version int64 // the newest that was let through or is held
	opened  int64 // ns since the coalescer was born
	offset  int64 // of what is held
	first   int64 // the lowest offset that what is held has replaced, nobody when none
	held    []byte
	open    bool
	holds   bool
}

// fate is what the coalescer does with a record.
type fate struct {
	through bool  // it goes on at once
	loser   int64 // the offset that is replaced and needs nothing more: the record's own or the held one's
}

const nobody = -1

func newCoalescer(window time.Duration) *coalescer {
	return &coalescer{window: window, born: time.Now(), names: HeaderNames{}}
}

func (c *coalescer) offer(seat Seat, version int64, rec *Record, now time.Time) fate {
	for int(seat.Number) >= len(c.windows) {
		c.windows = append(c.windows, window{})
	}
	w := &c.windows[seat.Number]
	if !w.open {
		w.open, w.version, w.opened = true, version, int64(now.Sub(c.born))
		c.bytes += w.weight()
		c.queue = append(c.queue, seat.Number)
		return fate{through: true, loser: nobody}
	}
	if version <= w.version {
		return fate{loser: rec.Offset}
	}
	loser := int64(nobody)
	switch {
	case !w.holds:
		w.first = nobody
	case w.first == nobody:
		w.first = w.offset
	default:
		loser = w.offset
	}
	c.bytes -= w.weight()
	w.version, w.offset, w.holds = version, rec.Offset, true
	w.held = rec.pack(w.held[:0])
	c.bytes += w.weight()
	return fate{loser: loser}
}

// due is when the window that ends first does; false while none is open.
func (c *coalescer) due() (time.Time, bool) {
	if c.head == len(c.queue) {
		return time.Time{}, false
	}
	return c.born.Add(time.Duration(c.windows[c.queue[c.head]].opened) + c.window), true
}

// take ends the window that ends first and opens the next one for what it held, unless
// it was the last (closing). It returns that record, whose bytes are valid until the next
// offer, and the offset that is settled with it or nobody; false when nothing came within the window.
func (c *coalescer) take(now time.Time, closing bool) (rec Record, first int64, held bool) {
	seat := c.pop()
	w := &c.windows[seat]
	c.bytes -= w.weight()
	held, first = w.holds, w.first
	w.open, w.holds = held && !closing, false
	if held {
		rec = unpack(w.held, c.names)
		rec.Offset = w.offset
		if cap(w.held) > maxIdleHeldBytes {
			w.held = nil
		}
	}
	if w.open {
		w.opened = int64(now.Sub(c.born))
		c.bytes += w.weight()
		c.queue = append(c.queue, seat)
	}
	return rec, first, held
}

func (c *coalescer) pop() int32 {
	seat := c.queue[c.head]
	c.head++
	if c.head == len(c.queue) {
		c.queue, c.head = c.queue[:0], 0
	} else if c.head > 1024 && c.head > len(c.queue)/2 {
		c.queue, c.head = append(c.queue[:0], c.queue[c.head:]...), 0
	}
	return seat
}

// inUse says whether a seat has an open window.
func (c *coalescer) inUse(seat int32) bool {
	return int(seat) < len(c.windows) && c.windows[seat].open
}

// warm reads the place of a seat.
func (c *coalescer) warm(seat int32) uint64 {
	if int(seat) >= len(c.windows) {
		return 0
	}
	return uint64(c.windows[seat].version)
}

// maxIdleHeldBytes is the largest buffer that a window keeps for its next record: a
// hundred thousand windows keep theirs, and only open ones are weighed.
const maxIdleHeldBytes = 1 << 10

// weight is what an open window costs in memory, bytes.
func (w *window) weight() int64 { return int64(cap(w.held) + entryOverheadBytes) }
