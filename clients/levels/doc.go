// Package levels is for services that act on the levels of members: it consumes member.levels by the one rule that
// makes it right under repetition, reordering and a store that lost its data: of each member keep the change with the greatest
// (epoch, version), and pass over what is not greater.
//
// A service brings its own Kafka client, behind Source, and keeps in its own database, behind Keeper, which change it acted on
// last. What arrives over HTTP instead, from sluice's webhooks, is checked by Verify and obeys the same rule.
package levels
