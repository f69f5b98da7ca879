package pipelines

import "time"

// ReasonCoalesced is the reason of a record that a newer one of the same identity
// replaced within the window.
const ReasonCoalesced = "coalesced"

// coalescer keeps the newest record per identity until its window is over. It holds
// clones of the bytes, not decoded records: whoever keeps one ping of a fetch buffer
// keeps the buffer.
//
// A replaced record can be settled at once, whatever its offset: the one that replaced
// it is unsettled and in the same partition, so a crash before the write brings back
// whichever of the two the commit has not passed, and the survivor always.
type coalescer struct {
	window time.Duration
	slots  []slot
	free   []int32
	index  map[string]int32
	queue  []int32 // slots in the order in which they opened
	head   int
	bytes  int64
}

type slot struct {
	id      string
	record  Record // lies in buffer
	buffer  []byte
	version int64
	opened  time.Time
}

func newCoalescer(window time.Duration) *coalescer {
	return &coalescer{window: window, index: make(map[string]int32)}
}

// offer takes a record and returns the offset that it made superfluous: its own when a
// newer or equal one is held, the held one's when it is newer, -1 when it opens a slot.
func (c *coalescer) offer(id []byte, version int64, rec *Record, now time.Time) int64 {
	at, held := c.index[string(id)]
	if !held {
		c.open(string(id), version, rec, now)
		return -1
	}
	s := &c.slots[at]
	if version <= s.version {
		return rec.Offset
	}
	loser := s.record.Offset
	c.bytes -= s.weight()
	s.keep(rec, version)
	c.bytes += s.weight()
	return loser
}

func (c *coalescer) open(id string, version int64, rec *Record, now time.Time) {
	var at int32
	if n := len(c.free); n > 0 {
		at, c.free = c.free[n-1], c.free[:n-1]
	} else {
		at = int32(len(c.slots))
		c.slots = append(c.slots, slot{})
	}
	s := &c.slots[at]
	s.id, s.opened = id, now
	s.keep(rec, version)
	c.bytes += s.weight()
	c.index[id] = at
	c.queue = append(c.queue, at)
}

// due is when the oldest slot's window ends; false while nothing is held.
func (c *coalescer) due() (time.Time, bool) {
	if c.head == len(c.queue) {
		return time.Time{}, false
	}
	return c.slots[c.queue[c.head]].opened.Add(c.window), true
}

// take removes the oldest slot. The record's bytes are valid until the next offer.
func (c *coalescer) take() *Record {
	at := c.queue[c.head]
	c.head++
	if c.head == len(c.queue) {
		c.queue, c.head = c.queue[:0], 0
	} else if c.head > 1024 && c.head > len(c.queue)/2 {
		c.queue = append(c.queue[:0], c.queue[c.head:]...)
		c.head = 0
	}
	s := &c.slots[at]
	delete(c.index, s.id)
	c.bytes -= s.weight()
	c.free = append(c.free, at)
	return &s.record
}

func (s *slot) keep(rec *Record, version int64) {
	s.version = version
	s.buffer, s.record = rec.cloneInto(s.buffer[:0], s.record.Headers[:0])
}

func (s *slot) weight() int64 { return int64(s.record.Size() + len(s.id) + entryOverheadBytes) }

// cloneInto copies the record's bytes to the end of buffer and returns the grown buffer with the copy.
func (r *Record) cloneInto(buffer []byte, headers []Header) ([]byte, Record) {
	size := len(r.Key) + len(r.Value)
	for i := range r.Headers {
		size += len(r.Headers[i].Value)
	}
	if cap(buffer)-len(buffer) < size {
		buffer = append(make([]byte, 0, len(buffer)+2*size), buffer...)
	}
	put := func(b []byte) []byte {
		if b == nil {
			return nil
		}
		from := len(buffer)
		buffer = append(buffer, b...)
		return buffer[from:len(buffer):len(buffer)]
	}
	clone := Record{Offset: r.Offset, Time: r.Time, Key: put(r.Key), Value: put(r.Value), Headers: headers}
	for i := range r.Headers {
		clone.Headers = append(clone.Headers, Header{Key: r.Headers[i].Key, Value: put(r.Headers[i].Value)})
	}
	return buffer, clone
}
