package failpoint

import "strings"

// Name is a point of the path.
type Name string

// The points, in the order in which a record meets them.
const (
	GatewayBeforePublish Name = "gateway.before-publish" // a request is decoded, Kafka has nothing of it
	GatewayAfterPublish  Name = "gateway.after-publish"  // Kafka has acknowledged, the 202 is not sent
	SourceAssigned       Name = "source.assigned"        // a partition has come, nothing of it is polled
	SourceAfterPoll      Name = "source.after-poll"      // records are polled, the lane has not seen them
	SinkBeforeWrite      Name = "sink.before-write"      // a batch is packed, nothing of it is sent
	SinkRequestCut       Name = "sink.request-cut"       // the request's last part is still in the client's buffer
	SinkReplyUnread      Name = "sink.reply-unread"      // the store has done it and answers, nothing of that is read
	SinkAfterWrite       Name = "sink.after-write"       // the reply is read, the lane does not know
	SettleBefore         Name = "settle.before"          // a batch's verdicts are known, nothing is settled
	DeadBeforePublish    Name = "dead.before-publish"    // letters are written, Kafka has none of them
	DeadAfterPublish     Name = "dead.after-publish"     // the letters are acknowledged, their records not settled
	SettleAfter          Name = "settle.after"           // records are settled and counted, not committed
	CommitBefore         Name = "commit.before"          // the commit is decided, and not sent
	CommitAfter          Name = "commit.after"           // the commit is durable, the lane does not know
	DrainBegin           Name = "drain.begin"            // a lane is told to go: its partition is revoked, or the process stops
	DrainEnd             Name = "drain.end"              // the lane has drained and committed, the group still holds its partition
)

// Names are all points.
func Names() []Name {
	return []Name{
		GatewayBeforePublish, GatewayAfterPublish, SourceAssigned, SourceAfterPoll,
		SinkBeforeWrite, SinkRequestCut, SinkReplyUnread, SinkAfterWrite,
		SettleBefore, DeadBeforePublish, DeadAfterPublish, SettleAfter,
		CommitBefore, CommitAfter, DrainBegin, DrainEnd,
	}
}

// list is all names, for a person.
func list() string {
	var names []string
	for _, name := range Names() {
		names = append(names, string(name))
	}
	return strings.Join(names, ", ")
}
