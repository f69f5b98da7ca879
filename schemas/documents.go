package schemas

// DocumentsQuery asks for every document of one family, for whoever compares a store with
// what it should hold.
type DocumentsQuery struct {
	Family       string // PositionsIndex, or PingsAlias for all days of history
	DriverPrefix string // only drivers whose ids begin with it; "" = all
}

// Document is one document as it rests in a store.
type Document struct {
	Target  string // the index or table, without the configured prefix: positions, pings-2026.11.21
	ID      string
	Version int64 // the external version of a position; of no meaning in history
	Body    []byte
}
