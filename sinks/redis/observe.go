package redis

import (
	"time"

	"sluice/schemas"
)

// Observer is told what the store does; it must not block, and is called from many goroutines at once.
type Observer interface {
	// Applied reports one batch that was offered to the servers.
	Applied(a Applied)
}

// Applied is one batch.
type Applied struct {
	Calls     int                // scripts that were called
	Events    schemas.LevelTally // in them
	Announced int                // changes of level that they put into outboxes
	Took      time.Duration      // until the last answer was read
}

// tally counts the events of the calls.
func (d *draft) tally() (events schemas.LevelTally) {
	for i := range d.entries {
		events[d.entries[i].kind]++
	}
	return events
}
