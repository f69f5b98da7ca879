// Package send puts pings from files through the gateway: CSV, GPX and NDJSON, plain or
// compressed. It does not judge a record: a bad one is sent as it is, so that the gateway
// judges it. Only what cannot be written as a ping at all is counted here, as unreadable.
package send
