package schemas

// Topics, before the configured prefix.
const (
	TopicPings     = "driver.pings"         // key driverId, value Ping
	TopicOrders    = "order.events"         // key memberId, value OrderEvent
	TopicPurchases = "membership.purchases" // key memberId, value Purchase
	TopicLevels    = "member.levels"        // key memberId, value LevelChanged
	TopicCoupons   = "coupon.grants"        // key memberId, value CouponGranted
	TopicTicks     = "jobs.ticks"           // one partition: an offset is the fence of a job's run
	TopicEpochs    = "level.epochs"         // one partition: an offset is an epoch that nobody else has
	TopicRules     = "level.rules"          // one partition: the audit of changes of the rules, kept for good
)

// DeadTopic is where a pipeline keeps the records that will never be accepted.
func DeadTopic(pipeline string) string { return pipeline + ".dead" }

// Record headers that the gateway adds, or an app that writes to a topic directly.
const (
	HeaderReceivedAt  = "received-at"  // ms since 1970 UTC, decimal text
	HeaderClientID    = "client-id"    // the API key's id
	HeaderEventID     = "event-id"     // the client's own id of the record
	HeaderTraceparent = "traceparent"  // W3C trace context
	HeaderContentType = "content-type" // absent or application/json: JSON
)

// ContentTypeProtobuf selects the protobuf form of a value.
const ContentTypeProtobuf = "application/x-protobuf"

// Headers of a dead letter, beside those of the original record.
const (
	HeaderDeadReason    = "dead-reason"
	HeaderDeadStage     = "dead-stage"
	HeaderDeadVerdict   = "dead-verdict"
	HeaderDeadStatus    = "dead-status"
	HeaderDeadDetail    = "dead-detail"
	HeaderDeadTopic     = "dead-topic"
	HeaderDeadPartition = "dead-partition"
	HeaderDeadOffset    = "dead-offset"
	HeaderDeadTime      = "dead-time" // ms since 1970 UTC, decimal text
	HeaderDeadPipeline  = "dead-pipeline"
	HeaderDeadWritten   = "dead-written"  // the original record's own time, ms; absent when it had none
	HeaderDeadAttempts  = "dead-attempts" // how often it was requeued, decimal; the requeued record carries it on
	HeaderDeadFor       = "dead-for"      // on a requeued record, the pipeline whose letter it was
)

// Headers of a mark: a record of a dead topic without value that says what was done about
// letters of its own partition. A letter has a verdict, and a mark has none.
const (
	HeaderDeadMark    = "dead-mark"    // MarkRequeued or MarkDropped
	HeaderDeadMarked  = "dead-marked"  // offsets of the letters: 3,5-9
	HeaderDeadMarkAt  = "dead-mark-at" // ms since 1970 UTC
	HeaderDeadMarkWho = "dead-mark-who"
)

// What a mark says was done.
const (
	MarkRequeued = "requeued"
	MarkDropped  = "dropped"
)
