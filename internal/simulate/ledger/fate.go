package ledger

import "slices"

// Fate is what a ledger says of one record that a request was to carry.
type Fate uint8

// The fates.
const (
	Unsent  Fate = iota // never sent
	Refused             // by the gateway
	Unsure              // may be in its topic: once, more often or never
	Acked               // surely in its topic
)

// Fate is that of a record of the block, by its place among those to the gateway, from 0. When the gateway did not list all
// that it refused, any of the others may be one.
func (o *Outcome) Fate(index int64) Fate {
	switch {
	case o.State == Skipped:
		return Unsent
	case slices.ContainsFunc(o.Refused, func(r Refusal) bool { return r.Index == index }):
		return Refused
	case o.State != Answered || o.Rejected > int64(len(o.Refused)):
		return Unsure
	}
	return Acked
}
