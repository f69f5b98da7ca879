// Package fault is what can be done to a running installation, a kind each: every one is really
// done, to real servers and processes, and undone again.
package fault
