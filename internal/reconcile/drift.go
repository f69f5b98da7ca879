package reconcile

import (
	"fmt"

	"sluice/schemas"
)

// Kind is what is wrong.
type Kind string

// The kinds of drift.
const (
	Missing        Kind = "missing"         // an order that counts does not
	Extra          Kind = "extra"           // an order counts that the index does not know as completed
	WrongMonth     Kind = "wrong_month"     // an order counts in another month than that of its completion
	NoTombstone    Kind = "no_tombstone"    // an order that was cancelled or refunded counts, or could come to
	ExtraTombstone Kind = "extra_tombstone" // an order can never count although nobody has cancelled or refunded it
	WrongLevel     Kind = "wrong_level"     // the level announced is not the one that follows from what is held, the rules and the clock
	LostChange     Kind = "lost_change"     // the history does not end with the level announced, or a timer is gone
)

// Drift is one difference. Two looks that find the same one have equal drifts.
type Drift struct {
	Kind    Kind          `json:"kind"`
	Member  string        `json:"memberId"`
	Order   int64         `json:"orderId,string,omitempty"` // 0 of the last two kinds
	Month   schemas.Month `json:"month,omitempty"`          // in which the order counts in the store; 0 = none
	Want    schemas.Month `json:"want,omitempty"`           // in which it should; 0 = none
	Second  int32         `json:"-"`                        // of that month; of a void order, of the month in which that was said
	Void    schemas.Month `json:"-"`                        // in which it was said that the order never counts; 0 = not
	At      int64         `json:"-"`                        // ms: of the event that a repair says again
	Level   string        `json:"level,omitempty"`          // that should be announced
	Was     string        `json:"was,omitempty"`            // that was announced last
	Mended  bool          `json:"mended"`
	Because string        `json:"because,omitempty"` // why it is left
}

// String is the drift in a line, for a person.
func (d Drift) String() string {
	text := fmt.Sprintf("%s: member %s", d.Kind, d.Member)
	switch d.Kind {
	case WrongLevel:
		text += fmt.Sprintf(", announced %s, should be %s", d.Was, d.Level)
	case LostChange:
		text += ", level " + d.Was
	case Missing, Extra, WrongMonth, NoTombstone, ExtraTombstone:
		text += fmt.Sprintf(", order %d", d.Order)
		if d.Month != 0 {
			text += ", counts in " + d.Month.String()
		}
		if d.Want != 0 {
			text += ", should in " + d.Want.String()
		}
	}
	switch {
	case d.Mended:
		text += ": mended"
	case d.Because != "":
		text += ": left: " + d.Because
	}
	return text
}

// forgets says whether a repair takes something away.
func (d *Drift) forgets() bool {
	return d.Kind == Extra || d.Kind == WrongMonth || d.Kind == ExtraTombstone || d.Kind == NoTombstone && d.Month != 0
}

// levels says whether it is about what was announced.
func (d *Drift) levels() bool { return d.Kind == WrongLevel || d.Kind == LostChange }
