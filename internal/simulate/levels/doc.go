// Package levels says what must have become of each member of a simulated load of orders: the orders that count by
// day and month, the level, and each change of it that must have been announced, in order. It sees the
// plan and the ledger, and shares no arithmetic with the servers: its calendar is that of time.Location, its counts
// are recounted from the events each time.
package levels
