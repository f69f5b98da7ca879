package schemas

// OrderIDs makes order ids: 40 bits of ms since 2018-01-01 UTC | 8 bits machine | 9 bits gene of the
// member | 6 bits sequence, 63 bits in all. It is safe for concurrent use.
type OrderIDs struct{}

// NewOrderIDs makes the generator of one machine; no other that runs may have its number. now is the
// clock, ms since 1970 UTC.
func NewOrderIDs(machine uint8, now func() int64) (*OrderIDs, error) { return &OrderIDs{}, nil }

// Next is a new id for a member with that gene (its 9 low bits count).
func (g *OrderIDs) Next(gene uint16) int64 { return 0 }

// OrderIDParts is what an order id is made of.
type OrderIDParts struct {
	At       int64 // ms since 1970 UTC
	Machine  uint8
	Gene     uint16 // 0 to 511
	Sequence uint8  // 0 to 63
}

// SplitOrderID takes an id apart.
func SplitOrderID(id int64) OrderIDParts { return OrderIDParts{} }

// Gene is the 9 bits of a member that its order ids carry.
func Gene(member []byte) uint16 { return uint16(memberHash(member) & 511) }
