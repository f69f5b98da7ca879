// Package requeue is what is done about dead letters: counted, shown, put back on their own
// topic, dropped. It is the home of Watermill, whose router carries a letter to its topic.
//
// A letter is open until a mark for it stands behind it in the same partition of the dead
// topic: a record without value that names the letters' offsets and what was done. The
// mark is written after the record was acknowledged on its own topic; a crash in between
// leaves the letter open, and it is requeued once more: ids and versions absorb that. Nothing
// is deleted but by a prune, and then only a partition's first letters, all of them marked.
package requeue
