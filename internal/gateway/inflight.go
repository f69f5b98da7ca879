package gateway

import "sync/atomic"

// inFlight bounds the requests being worked on and the memory they use.
type inFlight struct {
	maxRequests, maxBytes int64
	requests, bytes       atomic.Int64
}

// enter lets one more request in, or not.
func (f *inFlight) enter() bool {
	if f.requests.Add(1) <= f.maxRequests {
		return true
	}
	f.requests.Add(-1)
	return false
}

// leave lets a request go with the bytes that it held.
func (f *inFlight) leave(bytes int) {
	f.bytes.Add(-int64(bytes))
	f.requests.Add(-1)
}

// hold grants a request n more bytes, or not.
func (f *inFlight) hold(n int) bool {
	if f.bytes.Add(int64(n)) <= f.maxBytes {
		return true
	}
	f.bytes.Add(-int64(n))
	return false
}
