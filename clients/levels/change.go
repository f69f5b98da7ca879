package levels

import (
	"fmt"

	"sluice/schemas"
)

// Topic is where changes of levels are, before the installation's prefix: one record each, keyed by the member's id.
const Topic = schemas.TopicLevels

// Change says that a member has another level. At and ValidUntil are ms since 1970 UTC; a ValidUntil that is not 0 is the
// moment at which the level falls by itself if nothing else happens.
type Change = schemas.LevelChanged

// Stamp orders the changes of one member. The zero Stamp is before all.
type Stamp struct{ Epoch, Version int64 }

// StampOf is a change's place in the order.
func StampOf(c *Change) Stamp { return Stamp{Epoch: c.Epoch, Version: c.Version} }

// After says whether s is behind other: by epoch, and within one by version.
func (s Stamp) After(other Stamp) bool {
	return s.Epoch > other.Epoch || s.Epoch == other.Epoch && s.Version > other.Version
}

// String is epoch.version.
func (s Stamp) String() string { return fmt.Sprintf("%d.%d", s.Epoch, s.Version) }

// Decode reads the value of a record, or the body of a webhook. Fields that it does not know are passed over.
func Decode(value []byte) (Change, error) {
	var c Change
	if err := schemas.DecodeLevel(&c, value); err != nil {
		return Change{}, fmt.Errorf("decoding a change of level: %w", err)
	}
	return c, nil
}
