package reconcile

import (
	"fmt"
	"strings"

	"sluice/schemas"
)

// Job is what a pass is to do.
type Job struct {
	Month  schemas.Month // compare only the buckets whose orders of this month differ; 0 = all months
	Repair bool
	From   int // the first bucket: a pass that was broken off goes on with what its Report calls Next
}

// Report is what a pass, or a round of Watch, has found.
type Report struct {
	Buckets    int   `json:"buckets"`    // that are done
	Next       int   `json:"next"`       // where a pass that was broken off goes on
	Members    int64 `json:"members"`    // that were compared
	Held       int64 `json:"held"`       // orders that count in the store
	Known      int64 `json:"known"`      // that should, by the index
	Differing  int   `json:"differing"`  // buckets whose digests differed
	Rebuilt    int64 `json:"rebuilt"`    // orders that were put into buckets which held too few to be compared
	Recovering int   `json:"recovering"` // buckets that read back what they lost, and were not compared
	InFlight   int   `json:"inFlight"`   // differences that were gone at the second look
	Unsettled  int   `json:"unsettled"`  // differences that could not be looked at again: the pipelines did not come that far
	Drifts     int   `json:"drifts"`     // that were confirmed
	Mended     int   `json:"mended"`     // of those
	More       bool  `json:"more"`       // there were more than one pass takes

	ByKind map[Kind]int `json:"byKind,omitempty"` // of Drifts
}

// Left is how many drifts are there after all.
func (r *Report) Left() int { return r.Drifts - r.Mended }

// Clean says whether the two sides agree, as far as that can be known.
func (r *Report) Clean() bool {
	return r.Left() == 0 && r.Recovering == 0 && r.Unsettled == 0 && !r.More
}

const behind = "could not be looked at again: the pipelines are behind"

// String is the report in a line, for a person.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %s held, %d known to the index: ",
		count(int64(r.Buckets), "bucket"), count(r.Members, "member"), count(r.Held, "order"), r.Known)
	switch {
	case r.Drifts == 0 && r.Clean():
		b.WriteString("no drift")
	case r.Drifts == 0:
		b.WriteString("no drift in what could be compared")
	default:
		fmt.Fprintf(&b, "%s, %d mended, %d left", count(int64(r.Drifts), "drift"), r.Mended, r.Left())
	}
	for _, part := range []struct {
		n               int64
		thing, one, all string
	}{
		{r.Rebuilt, "order", "was put back into a bucket that had lost it", "were put back into buckets that had lost them"},
		{int64(r.InFlight), "difference", "was in flight", "were in flight"},
		{int64(r.Unsettled), "difference", behind, behind},
		{int64(r.Recovering), "bucket", "is recovering and was not compared", "are recovering and were not compared"},
	} {
		said := part.all
		if part.n == 1 {
			said = part.one
		}
		if part.n > 0 {
			b.WriteString("; " + count(part.n, part.thing) + " " + said)
		}
	}
	if r.More {
		b.WriteString("; there is more than one pass takes: run it again")
	}
	return b.String()
}

// count is a number of things: 1 drift, 2 drifts.
func count(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// drifted counts one that was confirmed.
func (r *Report) drifted(d *Drift) {
	r.Drifts++
	if d.Mended {
		r.Mended++
	}
	if r.ByKind == nil {
		r.ByKind = map[Kind]int{}
	}
	r.ByKind[d.Kind]++
}
