// Package orders is what order events and purchases mean. Order events feed two pipelines: order-levels
// counts them for their members' levels, order-index keeps what is known of each order. Purchases feed
// purchase-levels, into the same store as order-levels.
package orders

// The pipelines of these streams.
const (
	Levels    = "order-levels"
	Purchases = "purchase-levels"
	Index     = "order-index"
)

// Reasons of records that change no level.
const (
	ReasonCreated    = "created"     // an order counts once it is completed
	ReasonUnknownSKU = "unknown_sku" // the rules have no such product
)
