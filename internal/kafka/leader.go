package kafka

import (
	"errors"
	"fmt"

	"github.com/IBM/sarama"
)

// connect opens the connection to the partition's leader, or gives the one that is open.
func (f *fetcher) connect() (*sarama.Broker, error) {
	if f.conn != nil {
		return f.conn, nil
	}
	leader, err := await(f.ctx, func() (*sarama.Broker, error) { return f.client.Leader(f.wire, f.part.ID) })
	if err != nil {
		return nil, fmt.Errorf("finding the leader: %w", err)
	}
	conn := sarama.NewBroker(leader.Addr())
	if err := conn.Open(f.conf); err != nil {
		return nil, fmt.Errorf("connecting to the leader: %w", err)
	}
	f.conn, f.sure = conn, false
	return conn, nil
}

// hangUp closes the connection; why it failed is known, or nobody asks any more.
func (f *fetcher) hangUp() {
	if f.conn != nil {
		_ = f.conn.Close()
		f.conn = nil
	}
}

// refresh looks the leader up again; what that finds or misses is told by the next fetch.
func (f *fetcher) refresh() {
	_, _ = await(f.ctx, func() (struct{}, error) { return struct{}{}, f.client.RefreshMetadata(f.wire) })
}

// reset goes on behind what retention has taken, or goes back where the log has lost its end.
func (f *fetcher) reset(refused error) error {
	oldest, err := f.offset(sarama.OffsetOldest)
	if err != nil {
		return errors.Join(refused, err)
	}
	newest, err := f.offset(sarama.OffsetNewest)
	if err != nil {
		return errors.Join(refused, err)
	}
	switch {
	case f.next < oldest:
		f.obs.GroupGap(f.part, f.next, oldest, gapRetention)
		f.miss(oldest)
		return nil
	case f.next > newest:
		return f.goBack(oldest, newest)
	case !f.sure: // the record before next is gone, and next is there
		f.epoch = unknownEpoch
		return nil
	}
	return refused
}

func (f *fetcher) offset(when int64) (int64, error) {
	return await(f.ctx, func() (int64, error) { return f.client.GetOffset(f.wire, f.part.ID, when) })
}
