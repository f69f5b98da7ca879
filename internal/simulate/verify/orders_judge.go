package verify

import "sluice/internal/simulate/levels"

// answered is L0: the gateway refused nothing, since all of it is sound.
func (v *orderVerifier) answered() Assertion {
	j, known := judging("L0", "answers"), &v.oracle.Known
	j.expect("events refused", known.Refused, 0)
	j.say("%d sends acknowledged, %d in doubt, %d never sent", known.Acked, known.Doubtful, known.Skipped)
	return j.done()
}

// members judges one thing of each member.
func (v *orderVerifier) members(j *judgement, wrong func(*levels.Verdict) string) {
	for i := range v.found {
		if fault := wrong(&v.found[i]); fault != "" {
			j.fault("%s: %s", v.author.MemberID(int64(i)), fault)
		}
	}
}

// counts is L7a: of each member exactly the orders count, by day and by month, that were completed and not refunded or
// cancelled, each once. What is in doubt may count or not, the same wherever it shows.
func (v *orderVerifier) counts() Assertion {
	j := judging("L7a", "counts")
	v.members(j, func(f *levels.Verdict) string { return f.Counts })
	j.say("the orders of %d members by day and month", v.author.Members-v.doubted())
	if n := v.doubted(); n > 0 {
		j.say("%d members not judged: too much of them is in doubt", n)
	}
	return j.done()
}

// levels is L7b: a reader is told the level that follows from them, and until when it holds.
func (v *orderVerifier) levels() Assertion {
	j := judging("L7b", "levels")
	v.members(j, func(f *levels.Verdict) string { return f.Level })
	j.say("the levels of %d members, and how long they hold", v.author.Members-v.doubted())
	return j.done()
}

// changes is L7c: every change of a level was announced, in order, and none that did not happen: with its cause, its order, its month and
// its count they follow from what was sent in the order of its topic.
func (v *orderVerifier) changes() Assertion {
	j := judging("L7c", "changes")
	v.members(j, func(f *levels.Verdict) string { return f.Changes })
	for _, fault := range v.said.faults {
		j.fault("%s", fault)
	}
	distinct, repaired := 0, 0
	for i := range v.found {
		distinct += v.found[i].Distinct
		if v.found[i].Repaired {
			repaired++
		}
	}
	j.say("%d changes announced", distinct)
	if repaired > 0 {
		j.say("%d members with a repair, which goes by no order: judged as chains", repaired)
	}
	return j.done()
}

// order is L7d: each (epoch, version) says one thing, no version of an epoch lacks, the first time they come is in order, and the store's
// is the last of them. What comes again has the same (epoch, version), or a new epoch in which something lost was read again.
func (v *orderVerifier) order() Assertion {
	j := judging("L7d", "order")
	v.members(j, func(f *levels.Verdict) string { return f.Order })
	repeats, renewed := 0, 0
	for i := range v.found {
		repeats += v.found[i].Repeats
		if v.found[i].Epochs > 1 {
			renewed++
		}
	}
	j.say("%d announcements, %d of them again under the same epoch and version; %d members with more than one epoch", v.said.records, repeats, renewed)
	return j.done()
}

func (v *orderVerifier) doubted() (n int64) {
	for i := range v.found {
		if v.found[i].Doubt {
			n++
		}
	}
	return n
}

// provoked is L11: what was asked for has happened, so that the rest says something.
func (v *orderVerifier) provoked() Assertion {
	j, s, known := judging("L11", "not vacuous"), v.author.Shares, &v.oracle.Known
	var members, doubted, changes int64
	for i := range v.found {
		changes += int64(v.found[i].Distinct)
		if !v.oracle.Sent(int64(i)) {
			continue
		}
		members++
		if v.found[i].Doubt {
			doubted++
		}
	}
	acts := &known.Acts
	for _, kind := range []struct {
		name  string
		share float64
		n     int64
	}{
		{"late", s.Late, acts.Late},
		{"refunded or cancelled", s.Voided, acts.Voided},
		{"with a purchase", s.Purchased, acts.Purchased},
		{"completed twice", s.Doubled, acts.Doubled},
	} {
		if kind.share > 0 && kind.n == 0 {
			j.fault("no order is %s", kind.name)
		}
	}
	if known.Acked == 0 {
		j.fault("nothing was acknowledged")
	}
	if 2*doubted > members {
		j.fault("%d of %d members could not be judged: too much of them is in doubt", doubted, members)
	}
	j.say("orders: %d late, %d refunded or cancelled, %d with a purchase, %d completed twice; %d members, %d changes of level",
		acts.Late, acts.Voided, acts.Purchased, acts.Doubled, members, changes)
	return j.done()
}
