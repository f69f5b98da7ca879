package schemas

import (
	"errors"
	"fmt"
	"strings"
)

// RedisKeys is the grammar of all keys of member state: <prefix>{b0017}:<kind>[:<member>[:<month>]].
// What stands in braces is the part that Redis Cluster hashes: all keys of a bucket share a slot, so
// that one script may change them together.
type RedisKeys struct{ prefix string }

// maxKeyPrefix bounds what stands before every key, bytes.
const maxKeyPrefix = 64

// NewRedisKeys is the grammar behind a prefix (key.prefix of the configuration, "" for none), which
// must not hold braces: they would choose the slot.
func NewRedisKeys(prefix string) (RedisKeys, error) {
	if strings.ContainsAny(prefix, "{}") {
		return RedisKeys{}, errors.New("the prefix of keys holds braces")
	}
	if len(prefix) > maxKeyPrefix {
		return RedisKeys{}, fmt.Errorf("the prefix of keys is longer than %d bytes", maxKeyPrefix)
	}
	return RedisKeys{prefix: prefix}, nil
}

// Layout is the key that keeps what must never change under a store's feet: the number of buckets, a space, and
// the form of members.
func (k RedisKeys) Layout() string { return k.prefix + "layout" }

// Bucket is the keys of bucket n, 0 to MaxBuckets-1.
func (k RedisKeys) Bucket(n int) BucketKeys {
	return BucketKeys{stem: fmt.Sprintf("%s{b%04d}:", k.prefix, n)}
}

// BucketKeys is the keys of one bucket.
type BucketKeys struct{ stem string }

// Stem is what all keys of the bucket begin with, for a script that is given members and makes their
// keys itself: behind it stands a kind, a colon, the member and, of a month, a colon and its six digits.
func (b BucketKeys) Stem() string { return b.stem }

// Head is the hash with the bucket's epoch, home, claim, fence and the count of its outbox. A bucket without an epoch is unborn.
func (b BucketKeys) Head() string { return b.stem + "head" }

// Watermarks is the hash topic/partition -> the offset below which everything was applied, a space, and which topic of that name it is.
func (b BucketKeys) Watermarks() string { return b.stem + "wm" }

// Recovering is the hash topic/partition -> the watermark at which lost state is back.
func (b BucketKeys) Recovering() string { return b.stem + "rec" }

// Outbox is the stream of what is to be published.
func (b BucketKeys) Outbox() string { return b.stem + "ob" }

// Due is the sorted set member -> the moment (ms) at which its level changes by itself.
func (b BucketKeys) Due() string { return b.stem + "due" }

// CouponsDue is the sorted set plan:member -> the moment (ms) of the next coupon.
func (b BucketKeys) CouponsDue() string { return b.stem + "cd" }

// Members is the hash member -> what is known of it in few bytes: version, announced level, timer, which months there are, and
// the orders of the newest of them while they are few, each as 12 bytes: id and second of the month, little-endian.
func (b BucketKeys) Members() string { return b.stem + "m" }

// Raised is the sorted set, by name, of the members above the base level.
func (b BucketKeys) Raised() string { return b.stem + "up" }

// Orders is the hash of a member's completed orders in a month that do not stand with the member: id -> second of the month, in
// the same bytes.
func (b BucketKeys) Orders(member string, m Month) string { return b.ofMonth("o:", member, m) }

// Voids is the tombstones that a member's events of a month left: ids of orders that never count.
func (b BucketKeys) Voids(member string, m Month) string { return b.ofMonth("v:", member, m) }

// Memberships is the hash purchase id -> what was bought, from when, until when.
func (b BucketKeys) Memberships(member string) string { return b.stem + "p:" + member }

// History is the list of a member's last changes of level.
func (b BucketKeys) History(member string) string { return b.stem + "h:" + member }

// Issued is the hash plan -> when its next coupon is due (ms, 0 = never), a space, and the last period that was decided.
func (b BucketKeys) Issued(member string) string { return b.stem + "i:" + member }

// ofMonth ends in the month, whose digits have one length: it can be told from any member id.
func (b BucketKeys) ofMonth(kind, member string, m Month) string {
	return fmt.Sprintf("%s%s%s:%06d", b.stem, kind, member, int32(m))
}
