// Package relay brings to Kafka what stands in the outboxes of member state: level changes and coupons.
//
// An entry is trimmed only after Kafka has acknowledged it, so each is published at least once, and those of
// one member in their order. Who reads them orders a member's changes by epoch and version, so a repetition,
// or two relays at the same outbox, do no harm.
//
// Watermill's publisher, retries and poison queue carry an entry. Its router does not fit: it settles message by message
// and hands on many at once, and an outbox is trimmed by the page and kept in order by member.
package relay
