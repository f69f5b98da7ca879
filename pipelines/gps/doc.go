// Package gps is what driver pings mean. They feed two pipelines: gps-live keeps each
// driver's newest position, gps-history keeps every ping.
package gps

// The pipelines of this stream.
const (
	Live    = "gps-live"
	History = "gps-history"
)
