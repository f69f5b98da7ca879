package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// The bars of member levels, on two cores.
const (
	barLevels       = 0.35    // of the bare loader
	barLevelsRate   = 200_000 // events/s, where the loader does what follows
	barLoaderRate   = 600_000 // events/s
	barOneLock      = 40.0    // times a lock per message, one after the other
	barManyLocks    = 6.0     // times that with many clients
	barReplay       = 0.7     // of the bare loader
	barRewind       = 30.0    // s
	barMember       = 10.0    // ms, p99
	barPublished    = 1000.0  // ms, p99
	barLevelsMemory = 300.0   // MiB
	barUpOrders     = 20_000  // events/s
)

// ordersRow is one thing that can be asked for by name.
type ordersRow struct {
	name    string
	measure func(ctx context.Context, o *orders, name string) error
}

// ordersRows in the order in which they are measured.
func ordersRows() []ordersRow {
	return []ordersRow{
		{"loader", measureLoader},       // the script's calls alone, 256 events each
		{"locks", measureLocks},         // a lock for each message
		{"levels", measureLevels},       // Kafka to Redis, all of it on
		{"replay", measureReplay},       // what is applied already, once more
		{"rewind", measureRewind},       // the store is flushed
		{"flow", measureOrdersFlow},     // questions and announcements while events flow at half of the maximum
		{"embedded", measureUpOnOrders}, // one process, nothing installed
	}
}

// OrdersRowNames are the rows, in the order in which they are measured.
func OrdersRowNames() []string {
	var names []string
	for _, r := range ordersRows() {
		names = append(names, r.name)
	}
	return names
}

func (o *orders) measure(ctx context.Context) error {
	var complaints []error
	for _, r := range ordersRows() {
		if len(o.cfg.Only) > 0 && !slices.Contains(o.cfg.Only, r.name) {
			continue
		}
		if err := r.measure(ctx, o, r.name); err != nil {
			complaints = append(complaints, fmt.Errorf("row %s: %w", r.name, err))
		}
		if ctx.Err() != nil {
			return errors.Join(append(complaints, context.Cause(ctx))...)
		}
	}
	return errors.Join(complaints...)
}
