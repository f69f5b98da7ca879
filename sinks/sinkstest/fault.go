package sinkstest

import (
	"net/http"
	"time"
)

// Fault is what befalls one bulk request. The zero value is none.
type Fault struct {
	Arrived func()        // called when the request has come, unless it is nil
	Latency time.Duration // then it waits so long

	Drop   bool   // the connection is closed without an answer
	Status int    // the whole request is refused with this status, unless it is 0
	Type   string // the error's type, for Status and ItemStatus
	Reason string // the error's reason, likewise

	ItemStatus int // items are refused with this status, unless it is 0
	ItemEvery  int // of them every so-many-th, from the first on; 0 and 1 = all

	Cut     bool // the writes are carried out, and the answer ends in the middle
	Unheard bool // the writes are carried out, and the connection is closed without an answer
	Items   int  // so many items more than writes are in the answer (below 0: fewer)
}

// Outage closes the connection without an answer.
func Outage() Fault { return Fault{Drop: true} }

// TooManyRequests refuses a whole request.
func TooManyRequests() Fault {
	return Fault{Status: http.StatusTooManyRequests, Type: "es_rejected_execution_exception", Reason: "rejected execution"}
}

// BusyItems refuses every so-many-th item.
func BusyItems(every int) Fault {
	return Fault{ItemStatus: http.StatusTooManyRequests, ItemEvery: every, Type: "es_rejected_execution_exception", Reason: "rejected execution"}
}

// Unavailable is what a proxy says of a cluster that is away: no JSON at all.
func Unavailable() Fault { return Fault{Status: http.StatusServiceUnavailable} }

// Unauthorized refuses our credentials.
func Unauthorized() Fault {
	return Fault{Status: http.StatusUnauthorized, Type: "security_exception", Reason: "unable to authenticate"}
}

// Forbidden refuses our rights to the index.
func Forbidden() Fault {
	return Fault{ItemStatus: http.StatusForbidden, Type: "security_exception", Reason: "action [indices:data/write/bulk] is unauthorized"}
}

// NoIndex is a cluster that creates no index by itself.
func NoIndex() Fault {
	return Fault{ItemStatus: http.StatusNotFound, Type: "index_not_found_exception", Reason: "no such index"}
}

// DiskFull is the flood stage of a node's disk.
func DiskFull() Fault {
	return Fault{
		ItemStatus: http.StatusTooManyRequests, Type: "cluster_block_exception",
		Reason: "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];",
	}
}

// CutReply carries the writes out and ends the answer in the middle.
func CutReply() Fault { return Fault{Cut: true} }

// WrongCount carries the writes out and answers for more of them, or fewer.
func WrongCount(more int) Fault { return Fault{Items: more} }
