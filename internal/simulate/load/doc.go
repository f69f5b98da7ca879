// Package load sends a plan's records to a gateway by a clock of its own: it never waits for an
// answer before the next record is due, charges what is late to the one who was waited for, and
// keeps the ledger. Nothing here logs: a Watcher is told.
package load
