package reconcile

import (
	"strings"
	"testing"
)

func TestAReportSaysOneOfOne(t *testing.T) {
	one := Report{Buckets: 1, Members: 1, Held: 1, Known: 1, Drifts: 1, Mended: 1, Rebuilt: 1, InFlight: 1, Unsettled: 1, Recovering: 1}
	const wantOne = "1 bucket, 1 member, 1 order held, 1 known to the index: 1 drift, 1 mended, 0 left; " +
		"1 order was put back into a bucket that had lost it; 1 difference was in flight; " +
		"1 difference could not be looked at again: the pipelines are behind; 1 bucket is recovering and was not compared"
	if got := one.String(); got != wantOne {
		t.Errorf("%s\nwant\n%s", got, wantOne)
	}
	two := Report{Buckets: 2, Members: 2, Held: 2, Known: 2, Drifts: 2, Rebuilt: 2, InFlight: 2, Unsettled: 2, Recovering: 2}
	const wantTwo = "2 buckets, 2 members, 2 orders held, 2 known to the index: 2 drifts, 0 mended, 2 left; " +
		"2 orders were put back into buckets that had lost them; 2 differences were in flight; " +
		"2 differences could not be looked at again: the pipelines are behind; 2 buckets are recovering and were not compared"
	if got := two.String(); got != wantTwo {
		t.Errorf("%s\nwant\n%s", got, wantTwo)
	}
	if got := (Report{}).String(); !strings.HasSuffix(got, "no drift") || !strings.HasPrefix(got, "0 buckets") {
		t.Error(got)
	}
}
