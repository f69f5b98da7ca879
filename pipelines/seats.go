package pipelines

import "bytes"

// Seat stands for an identity as long as its lane remembers it: a small dense number, a
// place in slices of whoever keeps something per identity.
type Seat struct {
	Number int32
	New    bool // nothing is remembered: what is kept at this place belongs to somebody else
}

// seats gives each identity its seat. It is bounded: when all are taken, somebody who was silent
// for long has to leave.
type seats struct {
	most    int
	hashing hashing
	index   index
	seen    []int64 // ms since 1970 UTC, by seat
	hand    int
	ahead   []identity // of the keys of the records at hand
	warmed  uint64
}

// considered is how many seats are looked at for one to be freed: the one silent longest
// of so many goes, which is near enough to the one silent longest of all.
const considered = 16

func newSeats(most int) *seats { return &seats{most: most, hashing: newHashing()} }

// expect is told of the records to come. It hashes their keys, which are nearly always
// their identities, and reads the places where they will be looked up: side by side these
// reads overlap, while one by one, between the records, each would wait for memory.
func (s *seats) expect(records []Record, warm func(seat int32) uint64) {
	s.ahead = s.ahead[:0]
	for i := range records {
		id := s.hashing.of(records[i].Key)
		s.ahead = append(s.ahead, id)
		s.warmed += uint64(s.index.peek(id))
	}
	for _, id := range s.ahead {
		if number := s.index.peek(id); number >= 0 {
			s.warmed += s.index.ids[number][0] + warm(number)
		}
	}
}

// identity is the identity of the i-th record expected.
func (s *seats) identity(i int, key, recordKey []byte) identity {
	if bytes.Equal(key, recordKey) {
		return s.ahead[i]
	}
	return s.hashing.of(key)
}

// of is the identity's seat. Nobody leaves whose seat is in use.
func (s *seats) of(id identity, now int64, inUse func(seat int32) bool) Seat {
	if number, known := s.index.get(id); known {
		s.seen[number] = now
		return Seat{Number: number}
	}
	if s.index.size() >= s.most {
		s.free(inUse)
	}
	number := s.index.add(id)
	if int(number) == len(s.seen) {
		s.seen = append(s.seen, 0)
	}
	s.seen[number] = now
	return Seat{Number: number, New: true}
}

// free makes room for one more, unless every seat looked at is in use: then there is one
// more than most, for as long as the lane's buffer allows.
func (s *seats) free(inUse func(seat int32) bool) {
	victim := int32(-1)
	for range min(considered, len(s.seen)) {
		at := int32(s.hand)
		s.hand = (s.hand + 1) % len(s.seen)
		if !inUse(at) && (victim < 0 || s.seen[at] < s.seen[victim]) {
			victim = at
		}
	}
	if victim >= 0 {
		s.index.delete(s.index.ids[victim])
	}
}
