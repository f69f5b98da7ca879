package kafka

import (
	"errors"
	"fmt"

	"github.com/IBM/sarama"
)

// glance is the head of a batch.
type glance struct {
	first, last int64
	epoch       int32
}

func (g glance) holds(offset int64) bool { return g.first <= offset && offset <= g.last }

// glance looks at the batch at an offset, or the next one behind it.
func (f *fetcher) glance(offset int64) (found glance, there bool, err error) {
	said, err := f.conn.Fetch(f.request(offset, 1, 0))
	if err != nil {
		if _, whole := f.tap.front(); whole {
			return glance{}, false, nil // it is there and cannot be read
		}
		return glance{}, false, fmt.Errorf("looking at offset %d: %w", offset, err)
	}
	block, err := heed(said, f.wire, f.part.ID)
	if err != nil || block == nil {
		return glance{}, false, err
	}
	for _, set := range block.RecordsSet {
		if batch := set.RecordBatch; batch != nil && !batch.PartialTrailingRecord {
			return glance{batch.FirstOffset, batch.LastOffset(), batch.PartitionLeaderEpoch}, true, nil
		}
	}
	return glance{}, false, nil
}

// same makes sure, on each new connection, that the record before next is the one that was
// read. A leader that was elected without having it has nothing in its place, or another's.
func (f *fetcher) same() error {
	if f.epoch < 0 || f.next == 0 {
		return nil
	}
	before := f.next - 1
	found, there, err := f.glance(before)
	switch {
	case errors.Is(err, sarama.ErrOffsetOutOfRange):
		return f.reset(err)
	case err != nil:
		return err
	case there && (found.epoch < f.epoch || found.holds(before) && found.epoch != f.epoch):
		oldest, err := f.offset(sarama.OffsetOldest)
		if err != nil {
			return err
		}
		return f.goBack(oldest, f.next)
	case !there:
		return f.within()
	default:
		return nil
	}
}

// within looks whether the log still reaches up to next.
func (f *fetcher) within() error {
	newest, err := f.offset(sarama.OffsetNewest)
	if err != nil || newest >= f.next {
		return err
	}
	oldest, err := f.offset(sarama.OffsetOldest)
	if err != nil {
		return err
	}
	return f.goBack(oldest, newest)
}

// asCommitted as the place to go back to: where the commit says.
const asCommitted = -1

// errCut says that the log is not the one that was read.
var errCut = errors.New("the log has lost its end: a leader was elected that did not have it")

// goBack finds where the log parts from what was read, reports it, and has the claim made
// anew from there: a lane's offsets only go forward. newest is the log's end, or
// any offset below which it parts. Epochs of a topic that was made anew begin again, and say
// nothing; unless the brokers know topics apart it is read from its start.
func (f *fetcher) goBack(oldest, newest int64) error {
	now, err := await(f.ctx, f.topic)
	if err != nil {
		return err
	}
	if now.unlike(f.of.note()) {
		f.back(asCommitted)
		return errCut
	}
	lost, at := newest, oldest
	if f.epoch >= 0 && now.id != "" {
		parting, err := f.parting(oldest, min(newest, f.next))
		if err != nil {
			return err
		}
		lost, at = parting, parting
	}
	f.obs.GroupGap(f.part, lost, max(f.next, f.told), gapCut)
	f.back(at)
	return errCut
}

// parting is the first offset that a later epoch wrote than that of the last record read. In
// a log epochs never go down.
func (f *fetcher) parting(from, to int64) (int64, error) {
	for from < to {
		middle := from + (to-from)/2
		found, there, err := f.glance(middle)
		switch {
		case err != nil:
			return 0, err
		case !there:
			to = middle
		case found.epoch > f.epoch:
			to = min(middle, found.first)
		default:
			from = found.last + 1
		}
	}
	return min(from, to), nil
}
