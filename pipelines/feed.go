package pipelines

// Feed is one partition out of which a store of state is made, and where it stands.
type Feed struct {
	Part   Partition
	Topic  string // which topic of its name this is: one that was deleted and made anew has another; "" = not known
	Oldest int64  // the first offset that is there
	Next   int64  // everything below it is settled: the group's commit, or Oldest without one
	End    int64  // the offset behind the last one that is there
	Fresh  bool   // nothing was ever committed
	Anew   bool   // from Next on stand other records than those that were read before: the log had lost its end
}

// Marks is what a store of state knows of a feed, over all its buckets.
type Marks struct {
	From    int64 // every bucket has what the offsets below it brought, as far as they are still there; at most the feed's Next
	Least   int64 // the least watermark that was found, -1 when a bucket had none
	Claimed int   // buckets that have lost something, and are now claimed for recovery
	Unborn  int   // of those, buckets that hold nothing at all
	Others  int   // buckets that somebody else has claimed a moment ago: to be asked again
	Epoch   int64 // the greatest of any bucket, 0 = none
}
