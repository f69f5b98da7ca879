// Package orders says what a simulated load of orders and purchases consists of: every byte of every
// event, and in which request it travels, as a function of a small header. A member's orders travel in one
// lane, one request after the other, so the order in which they reach their topic is known.
package orders
