package schemas

// HeldQuery asks a store of member state what it holds of the members of one bucket, for whoever compares it with the order
// index. What changes meanwhile may be in the answer or not, but a member is as of one moment.
type HeldQuery struct {
	Bucket int
	Member string  // "" = all of the bucket; else that one, who must be in it, also when the store knows nothing of the member
	Months []Month // whose orders and tombstones are asked for
}

// Held is what a store holds of one member. Its slices are valid until the function that was given it returns.
type Held struct {
	Member  string
	Counted [][]int64 // the ids that count, by month of the query, in no order
	Voids   []int64   // the tombstones of all months of the query, in no order

	Announced string // the level announced last; the base level when none was
	Level     string // the level by what is held, the rules and the clock of the store
	Pending   bool   // a timer has gone off that nobody has worked off yet, or the rules are others than at the last look: Level may be ahead of Announced
	Told      bool   // the history ends with what was announced last, and the timer stands that follows from it
}

// Ruling is one step of bringing members under other rules.
type Ruling struct {
	Next      string // where the next step begins; "" = the bucket is done
	Seen      int    // members that were looked at
	Announced int    // of those, who have another level
}
