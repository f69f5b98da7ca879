package pipelines

import "time"

// ReasonAge is the reason of a record dropped for its age.
const ReasonAge = "age"

// AgeGate drops what is too old to matter. The rule is asked twice: at the gate, and, through
// Write.Expires, at the moment of every attempt to write: a backlog, and what waited out
// an outage, drains by dropping.
type AgeGate struct {
	MaxAge time.Duration // 0 = no limit
}

// Expires is the last moment, in ms since 1970 UTC, at which an event of that time is
// worth writing; 0 = for ever.
func (g AgeGate) Expires(eventTime int64) int64 {
	if g.MaxAge <= 0 {
		return 0
	}
	return eventTime + g.MaxAge.Milliseconds()
}

// Judge is Stale when an event of that time is too old at now (ms since 1970 UTC), and
// Unsettled when it may pass.
func (g AgeGate) Judge(eventTime, now int64) (Verdict, string) {
	if expired(g.Expires(eventTime), now) {
		return Stale, ReasonAge
	}
	return Unsettled, ""
}

func expired(expires, now int64) bool { return expires > 0 && now > expires }
