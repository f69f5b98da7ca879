package embedded

import (
	"context"
	"time"

	"sluice/pipelines"
)

// LevelsObserver is told what the member levels do; it must not block, and is called from many goroutines at once.
type LevelsObserver interface {
	// Applied reports one batch that was committed.
	Applied(a Applied)
}

// Applied is one batch of level events.
type Applied struct {
	Events    int
	Announced int           // changes of level that they put into outboxes
	Took      time.Duration // until it was committed, waiting for its turn included
}

// deaf is the observer of those who want none.
type deaf struct{}

func (deaf) Applied(Applied) {}

// applyBatch has a batch committed, and tells the observer.
func (l *Levels) applyBatch(ctx context.Context, rows []levelRow, results []pipelines.Result) error {
	announced, began := 0, time.Now()
	err := l.do(ctx, len(rows), func(u *unit) error { //nolint:contextcheck // see conn.exec
		before := u.said
		err := u.applyAll(rows, results)
		announced = u.said - before
		return err
	})
	if err == nil {
		l.cfg.Observer.Applied(Applied{Events: len(rows), Announced: announced, Took: time.Since(began)})
	}
	return err
}
