package orders

import (
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// levels tells the store of member state which orders count, and in which business month: that of the
// event itself, so that a replay says the same whenever it is.
type levels struct {
	orderDecoder
	rules *rules.Rules
}

// NewLevels returns the streams of order-levels, one per lane.
func NewLevels(cfg Config) func() pipelines.Stream[schemas.OrderEvent] {
	return func() pipelines.Stream[schemas.OrderEvent] { return &levels{rules: cfg.Rules} }
}

// Gate drops what does not count: an order that was only made. Nothing is too old here, a late order counts in
// its own month.
func (l *levels) Gate(e *schemas.OrderEvent, _ pipelines.Seat, _ int64) (pipelines.Verdict, string) {
	if e.Type == schemas.OrderCreated {
		return pipelines.Stale, ReasonCreated
	}
	return pipelines.Unsettled, ""
}

// Process writes what the event does to its member's counts; which of them is the store's business.
func (l *levels) Process(e *schemas.OrderEvent, arena []byte) ([]byte, pipelines.Write) {
	event := schemas.LevelEvent{Kind: schemas.LevelVoid, Order: e.OrderID, At: e.At}
	if e.Type == schemas.OrderCompleted {
		event.Kind = schemas.LevelComplete
	}
	event.Month, event.Second = l.rules.Second(e.At)
	return appendLevel(arena, e.MemberID, &event, e.Unknown)
}

// appendLevel appends a member and what happens to its state.
func appendLevel(arena, member []byte, event *schemas.LevelEvent, unknown int) ([]byte, pipelines.Write) {
	from := len(arena)
	arena = append(arena, member...)
	key := len(arena)
	arena = schemas.AppendLevelEvent(arena, event)
	return arena, pipelines.Write{
		Target: schemas.LevelsTarget, Key: arena[from:key:key], Body: arena[key:], Time: event.At, Unknown: unknown,
	}
}
