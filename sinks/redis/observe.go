package redis

import "time"

// Observer is told what the store does; it must not block, and is called from many goroutines at once.
type Observer interface {
	// Applied reports one batch that was offered to the servers.
	Applied(a Applied)
}

// Applied is one batch.
type Applied struct {
	Calls     int           // scripts that were called
	Events    int           // in them
	Announced int           // changes of level that they put into outboxes
	Took      time.Duration // until the last answer was read
}
