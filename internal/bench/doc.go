// Package bench measures sluice beside the limits of the machine that it runs on. What
// is measured is always the real binary as a process of its own, and so is each
// baseline: a bare consumer, a bare producer, a bare loader, a bulk server that keeps
// nothing. Both run in turn on the same servers with the same data, so that their ratio
// means something on any machine.
package bench
