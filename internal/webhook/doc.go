// Package webhook brings changes of levels over HTTP to a service that has no Kafka. It is a pipeline like any other, one for
// each service, so that one that is away holds back no other: a consumer group over member.levels, whose store is the service.
//
// A request carries one change, as it is in Kafka, signed with HMAC-SHA256 over time and body; clients/levels has the check. What
// the service is too busy for is offered again, for GiveUpAfter, and then kept as a dead letter; so is what it says that it will never
// take, and what it fails on time and again while it takes others. A member's changes go one behind the other; after a failure they may
// arrive twice: the rule of (epoch, version) is the receiver's, as for those who read Kafka.
package webhook
