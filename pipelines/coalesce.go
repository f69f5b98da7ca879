package pipelines

import "time"

// ReasonCoalesced is the reason of a record that a newer one of the same identity
// replaced within the window.
const ReasonCoalesced = "coalesced"

// coalescer lets through at most one record per identity and window: the first at once,
// and when the window is over the newest of those that came meanwhile. So a driver who
// was quiet is written without delay, and one of a backlog once per window.
//
// It holds clones of the bytes, not decoded records: whoever keeps one ping of a fetch
// buffer keeps the buffer.
//
// A replaced record can be settled at once, whatever its offset: the one that replaced
// it is in the same partition and either written or unsettled, so a crash before the
// write brings back whichever of the two the commit has not passed, and the survivor always.
type coalescer struct {
	window  time.Duration
	hashing Hashing
	index   Index
	slots   []slot
	free    []int32
	queue   []int32 // slots in the order in which their windows end
	head    int
	bytes   int64
}

// slot is one identity within its window.
type slot struct {
	id      Identity
	version int64 // the newest that was let through or is held
	opened  int64 // ns since 1970 UTC
	holds   bool
	record  Record // what is held; lies in buffer and headers
	buffer  []byte
	headers []Header
}

// fate is what the coalescer does with a record.
type fate struct {
	through bool  // it goes on at once
	loser   int64 // the offset that was replaced, when it was: the record's own or the held one's
}

const nobody = -1

func newCoalescer(window time.Duration) *coalescer {
	return &coalescer{window: window, hashing: NewHashing()}
}

func (c *coalescer) offer(key []byte, version int64, rec *Record, now time.Time) fate {
	id := c.hashing.Of(key)
	at, known := c.index.Get(id)
	if !known {
		c.open(id, version, now)
		return fate{through: true, loser: nobody}
	}
	s := &c.slots[at]
	if version <= s.version {
		return fate{loser: rec.Offset}
	}
	loser := int64(nobody)
	if s.holds {
		loser = s.record.Offset
	}
	c.bytes -= s.weight()
	s.keep(rec, version)
	c.bytes += s.weight()
	return fate{loser: loser}
}

func (c *coalescer) open(id Identity, version int64, now time.Time) {
	var at int32
	if n := len(c.free); n > 0 {
		at, c.free = c.free[n-1], c.free[:n-1]
	} else {
		at = int32(len(c.slots))
		c.slots = append(c.slots, slot{})
	}
	s := &c.slots[at]
	s.id, s.version, s.opened, s.holds = id, version, now.UnixNano(), false
	c.bytes += s.weight()
	c.index.Put(id, at)
	c.queue = append(c.queue, at)
}

// due is when the window that ends first does; false while none is open.
func (c *coalescer) due() (time.Time, bool) {
	if c.head == len(c.queue) {
		return time.Time{}, false
	}
	return time.Unix(0, c.slots[c.queue[c.head]].opened).Add(c.window), true
}

// take ends the window that ends first. It returns what was held, whose bytes are valid
// until the next offer, and opens the next window for it, unless it was the last (closing);
// nil when nothing came within the window: the identity is forgotten.
func (c *coalescer) take(now time.Time, closing bool) *Record {
	at := c.pop()
	s := &c.slots[at]
	c.bytes -= s.weight()
	if s.holds && !closing {
		s.opened, s.holds = now.UnixNano(), false
		c.bytes += s.weight()
		c.queue = append(c.queue, at)
		return &s.record
	}
	c.index.Delete(s.id)
	c.free = append(c.free, at)
	if !s.holds {
		return nil
	}
	return &s.record
}

func (c *coalescer) pop() int32 {
	at := c.queue[c.head]
	c.head++
	if c.head == len(c.queue) {
		c.queue, c.head = c.queue[:0], 0
	} else if c.head > 1024 && c.head > len(c.queue)/2 {
		c.queue, c.head = append(c.queue[:0], c.queue[c.head:]...), 0
	}
	return at
}

func (s *slot) keep(rec *Record, version int64) {
	s.version, s.holds = version, true
	s.buffer, s.headers, s.record = rec.cloneInto(s.buffer[:0], s.headers[:0])
}

// weight is what the slot costs in memory, bytes; a buffer stays when its record has gone.
func (s *slot) weight() int64 { return int64(cap(s.buffer) + entryOverheadBytes) }
