// Package reconcile compares the store of member levels with the order index, by order id and not by totals: one order
// missing and one too many give the right count.
//
// # A pass
//
// Both sides are streamed and summed into a digest for each bucket and month (how many orders, and a sum of
// hashes of member and id). Only where digests differ are ids compared, member by member. What a member's level
// should be is compared with what was announced on the way, for every member.
//
// # What is in flight is no drift
//
// The two sides learn of an event at different moments. So a difference is only suspected at first. Then the ends of the topic
// are asked for, and once both pipelines have committed all up to there, every event that either side knew at the
// first look is known to both. What differs in the same way in a second look is drift. Pipelines that
// do not come that far in time leave their suspicions as such: they are told apart from drift.
//
// # Repair
//
// Repairs are events, applied by the script that applies live ones: an order that counts, or that is void, as the index
// says; to forget one comes first where something else is there; a level is announced once more. Then comes a third look, and what
// is still there is left, and told.
//
// Orders that the index does not know are only forgotten while it knows about as many as the store does: an index that
// has lost its orders must not take them from the store as well. A store that holds less than half of what the index
// knows is rebuilt: the index is streamed into it, and nothing is looked for order by order. Paid memberships are not in the index.
package reconcile
