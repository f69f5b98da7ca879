// Package watch looks at a drill from outside, once a second: what each process says of itself on its
// ops listener, and how far each pipeline is in Kafka. It keeps series to draw, sums to judge a drill's
// bite by, and what happened when.
package watch
