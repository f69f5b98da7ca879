package schemas

// Topics, before the configured prefix.
const (
	TopicPings = "driver.pings" // key driverId, value Ping
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
)
