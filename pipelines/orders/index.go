package orders

import (
	"sluice/pipelines"
	"sluice/schemas"
)

// index keeps one document for each order. What an event says is a document by itself, which the sink
// merges into the one that is there: so the order of arrival does not matter, nor a duplicate, and what
// earlier events knew stays (schemas.Order says how). A version could not do that: the newest event
// would replace a document that knows more.
type index struct {
	orderDecoder
	months schemas.MonthIndex
}

// NewIndex returns the streams of order-index, one per lane. Its sink has to merge, as both of ours do with orders.
func NewIndex() func() pipelines.Stream[schemas.OrderEvent] {
	return func() pipelines.Stream[schemas.OrderEvent] { return &index{} }
}

// Gate lets everything pass: no event of an order is too old to be known.
func (i *index) Gate(*schemas.OrderEvent, pipelines.Seat, int64) (pipelines.Verdict, string) {
	return pipelines.Unsettled, ""
}

// Process writes what the event says of its order.
func (i *index) Process(e *schemas.OrderEvent, arena []byte) ([]byte, pipelines.Write) {
	from := len(arena)
	arena = schemas.AppendOrderKey(arena, e.OrderID)
	key := len(arena)
	said := schemas.OrderOf(e)
	arena = schemas.AppendOrder(arena, &said)
	return arena, pipelines.Write{
		Target: i.months.Name(e.OrderID), Key: arena[from:key:key], Body: arena[key:], Time: e.At, Unknown: e.Unknown,
	}
}
