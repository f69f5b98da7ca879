package kafka

import "sync"

// epochs says which leader's epoch wrote the records of a partition, from which offset on. A
// commit carries that of the record before it, by which it is seen later whether the log still has
// that record.
type epochs struct {
	mu   sync.Mutex
	from []epochFrom // ascending by offset
}

type epochFrom struct {
	offset int64
	epoch  int32
}

// since takes notice that records from offset on are of that epoch; offsets come in order.
func (e *epochs) since(offset int64, epoch int32) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.from); n > 0 && e.from[n-1].epoch == epoch {
		return
	}
	e.from = append(e.from, epochFrom{offset, epoch})
}

// forget begins again: what is read next lies further back.
func (e *epochs) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.from = nil
}

// before is the epoch of the record before next. Those further back are forgotten: commits
// only go forward.
func (e *epochs) before(next int64) int32 {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.from) > 1 && e.from[1].offset < next {
		e.from = e.from[1:]
	}
	if len(e.from) == 0 || e.from[0].offset >= next {
		return unknownEpoch
	}
	return e.from[0].epoch
}
