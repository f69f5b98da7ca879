package pipelines

import "context"

// poll is one slice of records from the source, or why there are no more.
type poll struct {
	records []Record
	err     error
}

// read polls ahead of the lane by one slice, so that the lane can wait for several
// things at once. Two slices alternate: the lane is done with one before it takes the
// other. The function returned ends the reader and waits for it.
func (l *lane[T]) read(ctx context.Context) (<-chan poll, func()) {
	ctx, cancel := context.WithCancel(ctx)
	polled := make(chan poll)
	done := make(chan struct{})
	go func() {
		defer close(done)
		here, there := make([]Record, l.cfg.PollRecords), make([]Record, l.cfg.PollRecords)
		for ctx.Err() == nil {
			n, err := l.source.Poll(ctx, here)
			select {
			case polled <- poll{records: here[:n], err: err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
			here, there = there, here
		}
	}()
	return polled, func() { cancel(); <-done }
}
