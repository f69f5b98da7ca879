package gateway

import (
	"net/http"
	"strconv"

	"sluice/internal/problem"
	"sluice/pipelines"
	"sluice/schemas"
)

// origin is what the headers of a request say of its records.
type origin struct {
	idempotencyKey string // "" = none
	traceparent    string // "" = none, or not valid
	clientID       string // "" = no keys are configured
	receivedAt     int64  // ms since 1970 UTC
}

func originOf(h http.Header, clientID string, receivedAt int64) (origin, *problem.Problem) {
	o := origin{clientID: clientID, receivedAt: receivedAt}
	if key := h.Get("Idempotency-Key"); key != "" {
		if !visible(key) || len(key) > maxEventIDBytes {
			return o, badRequest(problem.CodeBadHeader,
				"Idempotency-Key must be at most "+strconv.Itoa(maxEventIDBytes)+" visible ASCII characters")
		}
		o.idempotencyKey = key
	}
	if tp := h.Get("Traceparent"); validTraceparent(tp) {
		o.traceparent = tp
	}
	return o, nil
}

func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// validTraceparent reports a W3C trace context of version 00.
func validTraceparent(s string) bool {
	if len(s) != 55 || s[:3] != "00-" || s[35] != '-' || s[52] != '-' {
		return false
	}
	return lowerHex(s[3:35]) && lowerHex(s[36:52]) && lowerHex(s[53:]) && !zeros(s[3:35]) && !zeros(s[36:52])
}

func lowerHex(s string) bool {
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && (s[i] < 'a' || s[i] > 'f') {
			return false
		}
	}
	return true
}

func zeros(s string) bool {
	for i := range len(s) {
		if s[i] != '0' {
			return false
		}
	}
	return true
}

// share prepares the headers that every record of the request carries.
func (b *batch) share(o origin) {
	b.stamp = strconv.AppendInt(b.stamp[:0], o.receivedAt, 10)
	b.shared = append(b.shared[:0], pipelines.Header{Key: schemas.HeaderReceivedAt, Value: b.stamp})
	if o.clientID != "" {
		b.shared = append(b.shared, pipelines.Header{Key: schemas.HeaderClientID, Value: []byte(o.clientID)})
	}
	if o.traceparent != "" {
		b.shared = append(b.shared, pipelines.Header{Key: schemas.HeaderTraceparent, Value: []byte(o.traceparent)})
	}
}

// headers are those of one record: the shared ones, and its event id when it has one. The
// slices that earlier calls returned stay valid.
func (b *batch) headers(o origin, place int, eventID []byte) []pipelines.Header {
	if eventID == nil && o.idempotencyKey == "" {
		return b.shared
	}
	if eventID == nil {
		from := len(b.ids)
		b.ids = append(b.ids, o.idempotencyKey...)
		b.ids = append(b.ids, '-')
		b.ids = strconv.AppendInt(b.ids, int64(place), 10)
		eventID = b.ids[from:len(b.ids):len(b.ids)]
	}
	from := len(b.slab)
	b.slab = append(b.slab, b.shared...)
	b.slab = append(b.slab, pipelines.Header{Key: schemas.HeaderEventID, Value: eventID})
	return b.slab[from:len(b.slab):len(b.slab)]
}
