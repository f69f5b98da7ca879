// Package jobs does what no event does: it announces levels that end by themselves, at the turn of a month or with a
// paid membership, and grants coupons when they are due.
//
// One runner works at a time: the one that holds the only partition of the ticks' topic. It writes a tick there, reads it
// back, and commits it, which only the holder can; the tick's offset is then the fence of all that it does. A store refuses a
// fence below the greatest that it has seen, so whoever is frozen and comes back does nothing. What is to be done stands in the
// store, as timers of each bucket: a runner that takes over goes on with what is left, however long nobody was there.
//
// Nothing here makes a level true: reads reckon with the clock. That late orders of a month may still come is why
// falls at its turn are announced after a stated grace.
package jobs
