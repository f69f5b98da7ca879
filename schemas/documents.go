package schemas

// DocumentsQuery asks for every document of one family, for whoever compares a store with
// what it should hold.
type DocumentsQuery struct {
	Family       string // PositionsIndex, PingsAlias for all days of history, or OrdersAlias for all months of orders
	DriverPrefix string // of positions and pings, only drivers whose ids begin with it; "" = all
	MemberPrefix string // of orders, only members whose ids begin with it; "" = all
}

// Document is one document as it rests in a store.
type Document struct {
	Target  string // the index or table, without the configured prefix: positions, pings-2026.11.21, orders-2026.11
	ID      string
	Version int64 // the external version of a position; of no meaning elsewhere
	Body    []byte
}
