package pipelines

import (
	"encoding/binary"
	"hash/fnv"
	"time"
)

// jitter is a time from 0 up to limit, told by who waits and for what instead of by chance: lanes
// that failed together do not come back together, and a schedule can be played again.
func jitter(limit time.Duration, name string, part Partition, offset int64, round int) time.Duration {
	h := fnv.New64a()
	// A hash takes everything that it is given.
	_, _ = h.Write([]byte(name))
	_, _ = h.Write([]byte(part.Topic))
	var numbers [20]byte
	binary.LittleEndian.PutUint32(numbers[:], uint32(part.ID))
	binary.LittleEndian.PutUint64(numbers[4:], uint64(offset))
	binary.LittleEndian.PutUint64(numbers[12:], uint64(round))
	_, _ = h.Write(numbers[:])
	spread := h.Sum64()
	spread ^= spread >> 29 // its low bits alone say too little of the last bytes
	return time.Duration(spread*0xbf58476d1ce4e5b9>>1) % limit
}
