package embedded

import (
	"context"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// LevelsObserver is told what the member levels do; it must not block, and is called from many goroutines at once.
type LevelsObserver interface {
	// Applied reports one batch that was committed.
	Applied(a Applied)
}

// Applied is one batch of level events.
type Applied struct {
	Events    schemas.LevelTally // those that can be applied
	Announced int                // changes of level that they put into outboxes
	Took      time.Duration      // until it was committed, waiting for its turn included
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
		l.cfg.Observer.Applied(Applied{Events: tally(rows), Announced: announced, Took: time.Since(began)})
	}
	return err
}

// tally counts events by kind, but for those that are none.
func tally(rows []levelRow) (events schemas.LevelTally) {
	for i := range rows {
		events[rows[i].event.Kind]++
	}
	events[schemas.LevelUnset] = 0
	return events
}
