// Package callload measures what a Redis does with calls of a script alone: a Recorder keeps the bytes of the calls that a sink
// makes, and Load sends them again over plain connections, as fast as the server answers.
package callload
