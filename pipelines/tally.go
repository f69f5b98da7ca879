package pipelines

// tally counts verdicts by reason between two reports. There are few distinct ones, so a
// short list beats a map.
type tally []count

type count struct {
	verdict Verdict
	reason  string
	n       int
}

func (t *tally) add(verdict Verdict, reason string) {
	for i := range *t {
		if c := &(*t)[i]; c.verdict == verdict && c.reason == reason {
			c.n++
			return
		}
	}
	*t = append(*t, count{verdict: verdict, reason: reason, n: 1})
}

// report tells the observer and starts again from nothing.
func (l *lane[T]) report() {
	for _, c := range l.tally {
		l.obs.Settled(l.part, c.verdict, c.reason, c.n)
	}
	l.tally = l.tally[:0]
}
