package schemas

// LevelEvent is what the meaning of an order event or a purchase is to a store of member state: the
// body of a pipelines.Write of order-levels and purchase-levels. Byte slices alias the body.
type LevelEvent struct {
	Kind     LevelKind
	Order    int64  // complete and void: the order id
	Month    Month  // complete and void: the business month of At
	Second   int32  // complete and void: whole seconds of At since that month began
	At       int64  // ms since 1970 UTC
	Purchase []byte // purchase: its id
	SKU      []byte // purchase: the product
	Rank     int8   // purchase: of the level that it gives
	Until    int64  // purchase: when that ends, ms, exclusive
}

// LevelKind is what an event does to a member's state.
type LevelKind uint8

// The kinds. The zero value is none of them.
const (
	LevelUnset    LevelKind = iota
	LevelComplete           // an order counts
	LevelVoid               // an order does not count, whatever else is said of it
	LevelPurchase           // a paid level
	LevelIgnore             // nothing but that its offset has passed
)

// AppendLevelEvent appends the compact form of e.
func AppendLevelEvent(dst []byte, e *LevelEvent) []byte { return dst }

// ParseLevelEvent reads what AppendLevelEvent wrote into e, which it resets first.
func ParseLevelEvent(body []byte, e *LevelEvent) error { return nil }
