package gps

import (
	"errors"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
)

// Fix is a ping with what the path adds to it: when it was received, and the event time
// that counts.
type Fix struct {
	schemas.Ping
	ReceivedAt int64 // ms since 1970 UTC
	At         int64 // effective event time, ms since 1970 UTC: a clock ahead is clamped
}

// decoder reads a record into a fix; both pipelines begin with it.
type decoder struct {
	clockAhead int64 // ms
}

// Decode is the first half of pipelines.Stream.
func (d decoder) Decode(rec *pipelines.Record, f *Fix) error {
	if err := schemas.DecodePingValue(&f.Ping, rec.Header(schemas.HeaderContentType), rec.Value); err != nil {
		return rejection(err)
	}
	f.ReceivedAt = d.receivedAt(rec)
	f.At = schemas.EffectiveTS(f.TS, f.ReceivedAt, d.clockAhead)
	return nil
}

// receivedAt is the gateway's header; for a ping that an app wrote to the topic itself, or
// one whose header is not believed, the record's timestamp (the topic is set up to carry the
// broker's clock); failing both, now.
func (d decoder) receivedAt(rec *pipelines.Record) int64 {
	if at, ok := schemas.ReceivedAt(rec.Header(schemas.HeaderReceivedAt), rec.Time, d.clockAhead); ok {
		return at
	}
	if rec.Time > 0 {
		return rec.Time
	}
	return time.Now().UnixMilli()
}

func rejection(err error) error {
	var field *schemas.FieldError
	if !errors.As(err, &field) {
		return err
	}
	detail := field.Detail
	if field.Field != "" {
		detail = field.Field + ": " + detail
	}
	return &pipelines.Rejection{Reason: field.Code, Detail: detail}
}
