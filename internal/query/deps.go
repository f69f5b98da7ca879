package query

import (
	"context"

	"sluice/schemas"
)

// Drivers is where drivers are looked up. Its errors are told apart with errors.Is:
// schemas.ErrNotFound, ErrUnavailable and ErrBadCursor; a context that ended counts as a time-out.
type Drivers interface {
	// Nearby returns the drivers around a point, nearest first, at most Limit of them.
	Nearby(ctx context.Context, q schemas.NearbyQuery) ([]schemas.Near, error)
	// Driver returns one driver's latest position, however old it is.
	Driver(ctx context.Context, id string) (schemas.Position, error)
	// Track returns one page of a driver's pings in time order.
	Track(ctx context.Context, q schemas.TrackQuery) (schemas.Track, error)
}

// Orders is where orders are looked up; its errors are as those of Drivers.
type Orders interface {
	// Order returns what is known of one order.
	Order(ctx context.Context, id int64) (schemas.Order, error)
	// Orders returns one page of the orders that match, those with the greatest ids first.
	Orders(ctx context.Context, q schemas.OrdersQuery) (schemas.Orders, error)
}

// Members is where the state of members is read, always where it is written and never from a copy. Its errors are as those
// of Drivers; one that nobody has heard of is a state without orders.
type Members interface {
	// Member returns a member's state; schemas.ErrRecovering, or a state that says so, when it
	// may be short of events.
	Member(ctx context.Context, id string) (schemas.MemberState, error)
}

// Area is where live positions are read from.
type Area interface {
	// Within returns the positions of a box with event time at or after Since, oldest first, at most
	// Limit: whoever got so many goes on from the last one's time.
	Within(ctx context.Context, q schemas.WithinQuery) ([]schemas.Position, error)
}

// LevelChanges is where changes of level come from as they are published.
type LevelChanges interface {
	// Follow calls each for the value of every record that comes into member.levels from now on, until ctx ends; from several
	// goroutines at once, and the value is valid only during the call. What goes wrong it overcomes by itself.
	Follow(ctx context.Context, each func(value []byte)) error
}

// Observer is told what went wrong behind an answer. It must not block, and is called
// from many goroutines at once.
type Observer interface {
	// QueryFailed reports a store's error behind a 5xx answer or a poll of the live stream.
	QueryFailed(route string, err error)
	// LiveSubscribers is how many live streams are open now.
	LiveSubscribers(n int)
	// LiveDropped counts one live stream that was ended because its client read too slowly.
	LiveDropped()
}

// Nobody is an Observer that is not interested.
type Nobody struct{}

// QueryFailed does nothing.
func (Nobody) QueryFailed(string, error) {}

// LiveSubscribers does nothing.
func (Nobody) LiveSubscribers(int) {}

// LiveDropped does nothing.
func (Nobody) LiveDropped() {}
