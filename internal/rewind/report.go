package rewind

import (
	"fmt"
	"strings"
	"time"

	"sluice/pipelines"
)

// Observer is told what was lost and what was done about it; it must not block, and is called
// from many goroutines at once.
type Observer interface {
	// Rewound reports a loss that this partition has taken its share of: buckets were recovered, or
	// it is read again from further back, or both.
	Rewound(report Report)
	// Replayed reports that all that was to be read again is applied, so long after Rewound.
	Replayed(report Report, took time.Duration)
	// RewindFailed reports what could not be asked or done; it is tried again.
	RewindFailed(part pipelines.Partition, err error)
}

// Report is one partition's share of a loss.
type Report struct {
	Part    pipelines.Partition
	Buckets int   // that were recovered on this partition's account
	Unborn  int   // of those, buckets that held nothing at all
	Epoch   int64 // of the last recovery; 0 = none was needed, another partition had seen to it

	From, To int64 // offsets from From to To, exclusive, were settled once and are read again

	// Offsets from Missing to MissingTo, exclusive, are lost to some bucket and are no longer in the
	// topic: what they held can only come from the order index.
	Missing, MissingTo int64
}

// Replays says whether anything is read again.
func (r Report) Replays() bool { return r.From < r.To }

// Short says whether something is lost that the topic no longer has.
func (r Report) Short() bool { return r.Missing < r.MissingTo }

func (r Report) empty() bool { return r.Epoch == 0 && !r.Replays() && !r.Short() }

// String is the report in one line, for a person.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v:", r.Part)
	switch {
	case r.Epoch == 0:
		b.WriteString(" the store had lost what this partition brought it;")
	case r.Unborn == r.Buckets:
		fmt.Fprintf(&b, " %d buckets held nothing and begin with epoch %d;", r.Buckets, r.Epoch)
	default:
		fmt.Fprintf(&b, " %d buckets may have lost something (%d held nothing) and go on with epoch %d;", r.Buckets, r.Unborn, r.Epoch)
	}
	if r.Replays() {
		fmt.Fprintf(&b, " offsets %d to %d are read again", r.From, r.To-1)
	} else {
		b.WriteString(" nothing has to be read again")
	}
	if r.Short() {
		fmt.Fprintf(&b, "; events before offset %d are no longer in the topic, and can only come from the order index: sluice reconcile --repair", r.MissingTo)
	}
	return b.String()
}
