// Package telemetry says what sluice does: Prometheus metrics, log lines and the
// snapshot that the query API serves. Beside cmd/sluice it is the only package that
// meets zap; every other one reports through an interface that it declares itself.
//
// A pipeline's counters live in one place, behind one lock: metrics and snapshot are two
// views of the same numbers, so at any scrape they add up.
package telemetry
