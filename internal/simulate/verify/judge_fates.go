package verify

import "sluice/internal/simulate/plan"

// answers is L0: the gateway refused the poison, each for its reason, and nothing else.
func (v *verifier) answers() Assertion {
	j := judging("L0", "answers")
	f := v.facts
	j.faults, j.First = f.wrong, f.misjudged
	j.say("%d sends acknowledged, %d refused, %d in doubt", f.least, f.kinds[plan.Refused], f.doubtful)
	if f.unlisted > 0 {
		j.say("%d refusals were not listed by the gateway, and are taken for its poison", f.unlisted)
	}
	return j.done()
}

// nothingLost is L1: what was acknowledged is in history or among its dead letters, but for what history
// itself drops for its age and what was taken from the topic unread, by the list that was given; poison on the topic is among the dead letters of every pipeline; and each driver of whom a
// ping was surely young enough when it was judged has a position.
func (v *verifier) nothingLost() Assertion {
	j := judging("L1", "no loss")
	f, found := v.facts, v.found
	past, parked, lost, dropped := found.past, found.letters[v.cfg.Past].parked, v.lost[v.cfg.Past].records, int64(0)
	each(len(past), func(i int) uint64 { return f.acked[i] &^ (past[i] | parked[i] | lost[i]) }, func(n int64) {
		r := v.author.Record(n)
		if v.author.Rules.HistoryMaxAge > 0 && r.Kind == plan.Late {
			dropped++
			return
		}
		j.fault("%s", name(n, "was acknowledged and is neither in history nor a dead letter of "+v.cfg.Past))
	})
	letters, unread := found.letters[v.cfg.Live].parked, v.lost[v.cfg.Live].records
	each(len(letters), func(i int) uint64 { return f.acked[i] &^ (letters[i] | unread[i]) }, func(n int64) {
		if v.author.Kind(n) == plan.Dead {
			j.fault("%s", name(n, "is poison on the topic and no dead letter of "+v.cfg.Live))
		}
	})
	needed := int64(0)
	for i := range f.drivers {
		if f.drivers[i].newest == 0 {
			continue
		}
		needed++
		if found.live[i].n < 0 {
			j.fault("driver %d has no position", i)
		}
	}
	j.say("%d distinct records acknowledged: %d in history, %d of it stored though in doubt; %d dead letters; %d of %d drivers must have a position, %d have one",
		f.acked.size(), past.size(), v.doubtfulStored(), parked.size(), needed, len(f.drivers), found.positions)
	if count := v.lost[v.cfg.Past].count; count > 0 {
		j.say("%d offsets were taken from the topic before %s read them", count, v.cfg.Past)
	}
	if dropped > 0 {
		j.say("%d late ones may have been dropped by gps.historyMaxAge", dropped)
	}
	return j.done()
}

func (v *verifier) doubtfulStored() int64 {
	n := int64(0)
	past := v.found.past
	each(len(past), func(i int) uint64 { return past[i] &^ v.facts.acked[i] }, func(int64) { n++ })
	return n
}

// nothingInvented is L2: nothing of the run is kept anywhere that was not sent, or that was refused.
func (v *verifier) nothingInvented() Assertion {
	j := v.found.invented
	j.say("%d documents, %d positions and %d letters of %d records sent; none of the %d refused",
		v.found.documents, v.found.positions, v.allLetters(), v.facts.issued.size(), v.facts.refused.size())
	return j.done()
}

func (v *verifier) allLetters() int64 {
	n := int64(0)
	for _, letters := range v.found.letters {
		n += letters.counted
	}
	return n
}

// oneFate is L3: no record is both stored and a dead letter of the same pipeline, but for letters that were
// requeued: those were there to be stored.
func (v *verifier) oneFate() Assertion {
	j := judging("L3", "one fate")
	past, parked := v.found.past, v.found.letters[v.cfg.Past].parked
	each(len(past), func(i int) uint64 { return past[i] & parked[i] }, func(n int64) {
		j.fault("%s", name(n, "is in history and a dead letter of "+v.cfg.Past))
	})
	letters := v.found.letters[v.cfg.Live].parked
	for _, at := range v.found.live {
		if at.n >= 0 && letters.has(at.n) {
			j.fault("%s", name(at.n, "is a position and a dead letter of "+v.cfg.Live))
		}
	}
	j.say("%d stored, %d parked in %s, %d in %s", past.size(), parked.size(), v.cfg.Past, letters.size(), v.cfg.Live)
	return j.done()
}

// integrity is L4: each document and letter is what was sent, byte by byte or field by field, and received when it
// was sent, by the ledger and as far as clocks agree; a clock that was ahead
// counts at its time of receipt; ids, days and versions follow from that. A letter is about poison, see provoked.
func (v *verifier) integrity() Assertion {
	j := v.found.altered
	for _, p := range v.cfg.Ledger.Header.Pipelines {
		v.provoked(j, p.Name, v.found.letters[p.Name].sound)
	}
	j.say("%d documents, %d positions and %d letters compared in every field, %d of them with a clock that was ahead",
		v.found.documents, v.found.positions, v.allLetters(), v.found.clamped)
	return j.done()
}

// provoked judges the letters about sound records that the store would not have: there are none, but as many as somebody
// had it refuse. Else a store that takes nothing any more would make letters of everything, and nobody would miss it.
func (v *verifier) provoked(j *judgement, pipeline string, sound set) {
	n, most := sound.size(), int64(v.cfg.Rejected*float64(v.facts.issued.size()))
	switch {
	case v.cfg.Rejected == 0:
		each(len(sound), func(i int) uint64 { return sound[i] }, func(n int64) {
			j.fault("%s", name(n, "is sound, and a dead letter of "+pipeline))
		})
	case n > most:
		j.fault("%s: %d sound records are dead letters, and %d at most were to be", pipeline, n, most)
	default:
		j.say("%s: %d sound records are dead letters, and %d may be", pipeline, n, most)
	}
}

// oneCopy is L5: one document for each record over all days, one position for each driver.
func (v *verifier) oneCopy() Assertion {
	j := v.found.copies
	j.say("%d documents of %d records over all days", v.found.documents, v.found.past.size())
	if v.found.elsewhere > 0 {
		j.say("%d second ones of clocks ahead, sent again across midnight: not promised", v.found.elsewhere)
	}
	return j.done()
}
