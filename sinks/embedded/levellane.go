package embedded

import (
	"fmt"

	"sluice/pipelines"
)

// opened is a partition that a lane carries into the store. Its numbers are the writer goroutine's.
type opened struct {
	part  pipelines.Partition
	topic string  // Feed.Topic
	acked []int64 // by bucket: the watermark that this lane was told of
	next  []int64 // likewise, by the transaction under way; 0 = as acked
}

// laneOf is the lane that carries a partition, nil when none was opened.
func (l *Levels) laneOf(part pipelines.Partition) *opened {
	l.lanesMu.Lock()
	defer l.lanesMu.Unlock()
	return l.lanes[part]
}

// setLane is nil for a partition that is opened just now.
func (l *Levels) setLane(part pipelines.Partition, lane *opened) {
	l.lanesMu.Lock()
	defer l.lanesMu.Unlock()
	if lane == nil {
		delete(l.lanes, part)
		return
	}
	l.lanes[part] = lane
}

// whole fails unless a bucket has what it had, as far as a lane knows; nil stands for events that no lane carries.
func (u *unit) whole(number int, lane *opened) error {
	b, err := u.bucket(number)
	if err != nil {
		return err
	}
	if !b.born {
		return ownError{fmt.Errorf("bucket %d: %w", number, pipelines.ErrLost)}
	}
	if lane == nil {
		return nil
	}
	m, err := u.mark(markID{number, lane.part}, lane.topic)
	if err != nil {
		return err
	}
	if m.mark < max(lane.acked[number], lane.next[number]) {
		return ownError{fmt.Errorf("bucket %d: %w", number, pipelines.ErrLost)}
	}
	return nil
}

// pass moves the watermark of a lane's partition up.
func (u *unit) pass(number int, lane *opened, next int64) error {
	m, err := u.mark(markID{number, lane.part}, lane.topic)
	if err != nil {
		return err
	}
	m.raise(next)
	if u.lanes[lane] = true; next > lane.next[number] {
		lane.next[number] = next
	}
	return nil
}

// told keeps what the lanes of a transaction have been told by its commit, or forgets it when there was none.
func (u *unit) told(committed bool) {
	for lane := range u.lanes {
		for number, next := range lane.next {
			if committed && next > lane.acked[number] {
				lane.acked[number] = next
			}
			lane.next[number] = 0
		}
	}
}
