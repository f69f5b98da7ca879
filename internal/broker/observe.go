package broker

// Observer is told what an operator should know. It is called from several goroutines, and
// must not wait.
type Observer interface {
	// RoomChanged says that records are refused for lack of room from now on, or accepted
	// again; free is in bytes.
	RoomChanged(accepting bool, free int64)
	// Repaired says what was found torn or damaged at open, after an unclean end or a good one, and
	// what was done about it.
	Repaired(r Repair)
	// BrokerFailed says that something went wrong that the broker deals with by itself.
	BrokerFailed(err error)
}

// Repair is one thing that was mended at open.
type Repair struct {
	What  string // a partition such as "driver.pings-3", or a file
	Bytes int64  // cut off or taken out because they were torn or damaged
	// From and To are the offsets [From, To) that no record has any more. They are not given
	// to other records: who has committed To reads on behind them.
	From, To int64
}
