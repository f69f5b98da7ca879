// Package rewind brings back what a store of state has lost: it decorates the groups of the pipelines
// that make the state (order-levels, purchase-levels), sees that a store went back or begins
// anew, and has partitions read again from the first offset that some bucket lacks.
//
// # What a store has to keep
//
// A store is buckets, and each call below changes one bucket in one atomic step. It keeps, per bucket:
//
//	home        what the server called its history when the bucket was recovered last; see below
//	epoch       number; greater after each recovery
//	claim       who wants to recover it, and when the claim was put
//	watermark   per partition, with the Feed.Topic that it is of: below it everything is in the bucket.
//	            A watermark of another Topic is none
//	recovering  per partition, the watermark at which what was lost is back, with the Feed.Topic that it is of
//
// Rule 1, home. A failover, or a restart from what was on the disk, leaves a bucket at an older but
// consistent state. No watermark shows that to a writer whose own partition was not touched by it, nor to a turn of
// the month, a coupon or a reader. So in Redis every script that changes a bucket, and every read of one,
// compares the bucket's home with the server's master_replid, which is new after each promotion
// and each restart (redis.call('INFO','replication'), 3.5 µs; the ACL needs +info). Where they differ, or
// the bucket has no epoch, the bucket is away: writes fail with ErrLost and change nothing, reads with
// schemas.ErrRecovering. Only Outbox and Trim work on a bucket that is away. A store that cannot go back while its
// process lives (SQLite) has a constant home.
//
// Rule 2, spans. A call of apply is a span: all events of the bucket of one partition, from offset from
// (inclusive) to to (exclusive). It demands watermark >= from, or else fails with ErrLost and changes nothing;
// then watermark = max(watermark, to). from is what this lane had acknowledged for this bucket last (to of
// its last call, or what Raise or Open said), and to is the offset behind the call's last event. Since a span has
// no holes, whoever's call is accepted leaves the bucket whole: a woken zombie's, a second owner's, a repeated one.
// From this follows:
//   - of several calls for a bucket in one Write, one that fails fails all behind it (they are Retry): a
//     watermark that passes a hole hides it from the next rewind.
//   - one batch in flight per lane (Config.InFlight 1): with two, a span would have the other's hole.
//   - a verdict that is Poison counts as applied: the dead letters have it.
//   - what is kept of a lane (what it had acknowledged, by bucket) is thrown away by the next Open of its partition,
//     not added to. Write takes it first and looks at its context after that, and fails when that has
//     ended: so a call that an ended lane left behind cannot use the next lane's.
//   - after one ErrLost every call for that partition gets ErrLost until the next Open, whatever the bucket says by
//     then: somebody may have recovered it, and the batch that failed would be a hole in the next span.
//   - a Write whose partition was never opened (a replay, a repair) reads and moves no watermarks; it obeys rule 1.
//
// Rule 3, epochs. An epoch is used for a bucket once, and a later one is greater, whatever dies or sleeps
// in between: Open puts a claim of the caller's into a bucket that needs recovery, only then is the
// epoch drawn, and Recover acts only where that claim still stands (in the same home). So it
// acts once, however often it is sent, and never after the bucket was flushed or went back.
// Another's claim is left alone for ClaimFor (10 s by the server's own clock); after that it is taken over. A claim is
// <process>/<once>: one of the same process is no other's.
//
// Rule 4, versions. (epoch, version) of a member never names two things: version counts on within the
// bucket's life, and by rule 1 no bucket that went back is written to before it has another epoch. For the
// same reason the id of an outbox entry is made of epoch and a counter of the bucket (XADD with an explicit id
// <epoch>-<n>): an id of Redis' own clock may come again after a failover, and a trim would remove another entry.
//
// Rule 5, what was announced. The lost history may have announced a level that the replay comes to without
// any change. So an event that is applied while its partition is recovering in its bucket (its offset is below the
// target) announces its member's level even if that is unchanged, when the member's last
// announcement is of a lower epoch than the bucket's; cause "recovered".
//
// Rule 6, readers and jobs. A bucket that is away, or has anything in recovering, answers reads with
// schemas.ErrRecovering, and so do Turn, coupons, digests and ids: a level computed from part of
// the orders is wrong, and a fall announced from it as well.
//
// # The calls
//
// Open looks at every bucket for one feed, and begins a lane:
//   - the bucket is away (rule 1), or its watermark is below feed.Next (with feed.Oldest as the least: what is
//     no longer in the topic cannot be read again; with a Fresh feed nothing is below) although the partition is not
//     recovering in it: it has lost something. The claim is put, unless another's is younger than ClaimFor.
//   - otherwise its watermark becomes max(watermark, feed.Oldest); with feed.Anew it becomes
//     min(watermark, feed.Next) first, since offsets above it now name other records.
//
// From = min(feed.Next, least watermark after that). When nothing is claimed, by this caller or another, the lane
// has begun: what it has acknowledged is From, for every bucket. Otherwise From is of no use yet.
//
// Recover gives every bucket that this claim still stands in its new home and epoch, takes the claim away, and sets recovering
// to those feeds whose watermark is below feed.End (all of them replace what was there; a bucket that was unborn has no watermarks).
// An epoch that is not greater than the bucket's is an error.
//
// Raise says that everything below next is settled, in all buckets: each demands watermark >= what this lane had
// acknowledged for it, fails with ErrLost otherwise, and then has watermark = max(watermark, next). A lane that
// was not opened gets ErrLost. next that is not above the last one only looks: it is the heartbeat that finds
// a loss while nothing happens.
//
// Whatever moves a watermark to its target takes it out of recovering. Open and Raise, a look as well, take out what their partition
// still waits for of another Topic: it will never come. (A recovery may be told of feeds that are a moment old.)
//
// # What is not promised
//
// A Kafka log that loses its end (an unclean election), and a store that then goes back to before that was
// noticed: the watermark is of records that are not there any more. The order index finds it (sluice reconcile).
package rewind
