package schemas

// OutboxEntry is a record that waits in a bucket of member state to be published: it was put there by
// the same atomic step that made it true.
type OutboxEntry struct {
	ID    string // the store's own, by which it is trimmed
	Topic string // TopicLevels or TopicCoupons
	Key   []byte // the member's id
	Value []byte // JSON
	At    int64  // when it was put there, ms since 1970 UTC; 0 = not known
}
