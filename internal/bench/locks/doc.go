// Package locks is the way in which member levels are often kept, to be measured beside ours: a lock for each message,
// by SET NX PX, then a read, a write, and an unlock by script, four round trips one after the other.
package locks
