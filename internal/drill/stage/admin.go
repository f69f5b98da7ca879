package stage

import "context"

// Topics does to topics what operators do, by their names on the wire.
type Topics interface {
	// DeleteRecords deletes what lies before an offset of each partition, as retention does.
	DeleteRecords(ctx context.Context, topic string, before map[int32]int64) error
	// AddPartitions makes them so many in all.
	AddPartitions(ctx context.Context, topic string, total int32) error
	// Recreate deletes a topic and makes it anew, empty, with the same shape and settings.
	Recreate(ctx context.Context, topic string) error
}

// Groups looks at consumer groups and hurts them, by their names on the wire.
type Groups interface {
	// Offsets tells how a group stands in each partition of a topic.
	Offsets(ctx context.Context, group, topic string) (map[int32]Offsets, error)
	// DeleteGroup forgets a group with all that it committed. It fails while the group has members.
	DeleteGroup(ctx context.Context, group string) error
}

// Leaders gives back what brokers led before they were away.
type Leaders interface {
	// PreferLeaders returns once each partition is led by its first replica, in every topic whose name begins with the prefix.
	PreferLeaders(ctx context.Context, prefix string) error
}

// Sweeper clears away.
type Sweeper interface {
	// Sweep deletes every topic and group whose name begins with the prefix; it waits for the
	// session of members that died.
	Sweep(ctx context.Context, prefix string) error
	Close() error
}

// Settings changes what is set on a topic, by its name on the wire.
type Settings interface {
	// Configure sets one value; "" takes it back, so that the broker's holds again.
	Configure(ctx context.Context, topic, key, value string) error
}

// Records reads and writes what is in a topic, by its name on the wire.
type Records interface {
	// Read hands on the records of a partition from an offset up to, not including, another; a value is
	// valid only during the call. Offsets without a record are left out.
	Read(ctx context.Context, topic string, partition int32, from, to int64, each func(offset int64, value []byte) error) error
	// Write returns once every replica in sync has the record.
	Write(ctx context.Context, topic string, key, value []byte) error
}

// Offsets are those of one partition and group.
type Offsets struct {
	Start, End int64 // of the log
	Committed  int64 // -1 = nothing
}

// Admin is an operator's hand on Kafka; it goes direct.
type Admin struct {
	Topics
	Groups
	Leaders
	Sweeper
	Settings
	Records
}
