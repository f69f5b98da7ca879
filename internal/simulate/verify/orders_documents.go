package verify

import "sluice/internal/simulate/documents"

// keptSums are the documents of all members together.
type keptSums struct{ documents, sure, there, loose, kept, turned, sought, unfound, members int64 }

func (v *orderVerifier) keptSums() (s keptSums) {
	for i := range v.kept {
		k := &v.kept[i]
		s.documents += int64(k.Documents)
		s.sure += int64(k.Sure)
		s.there += int64(k.There)
		s.loose += int64(k.Loose)
		s.kept += int64(k.Kept)
		s.turned += int64(k.Turned)
		s.sought += int64(k.Sought)
		s.unfound += int64(k.Unfound)
		if k.Documents > 0 {
			s.members++
		}
	}
	return s
}

// blame adds all faults of one kind to a judgement and returns how many they are.
func (v *orderVerifier) blame(j *judgement, kind documents.Kind) (n int64) {
	for i := range v.kept {
		k := &v.kept[i]
		n += int64(k.Faults[kind])
		for _, f := range k.First {
			if f.Kind == kind {
				j.fault("%s: %s", v.author.MemberID(int64(i)), f.Said)
			}
		}
	}
	j.faults = n // only some have words
	return n
}

// noneLost is L1: each order of which an event was acknowledged is among those of its member, and those at the ends of months
// are found by their ids, too.
func (v *orderVerifier) noneLost() Assertion {
	j, s := judging("L1", "no loss"), v.keptSums()
	v.blame(j, documents.Lost)
	j.say("%d of %d orders with an acknowledged event are there, %d of %d sought by id are found", s.there, s.sure, s.sought-s.unfound, s.sought)
	if s.loose > 0 {
		j.say("so are %d of %d of which all is in doubt", s.kept, s.loose)
	}
	return j.done()
}

// noneInvented is L2: no order is there of which nothing was sent, and none tells of an event that was not.
func (v *orderVerifier) noneInvented() Assertion {
	j, s := judging("L2", "no invention"), v.keptSums()
	v.blame(j, documents.Invented)
	j.say("%d documents of %d orders that were sent, or may have been", s.documents, s.sure+s.loose)
	return j.done()
}

// documents is L4: each order is what its events say together, whatever the order in which they came.
func (v *orderVerifier) documents() Assertion {
	j, s := judging("L4", "integrity"), v.keptSums()
	v.blame(j, documents.Altered)
	j.say("%d orders of %d members compared in every field, %d of them right though an event came behind a later one", s.documents, s.members, s.turned)
	return j.done()
}

// oneDocument is L5: an order has one document, over all months.
func (v *orderVerifier) oneDocument() Assertion {
	j, s := judging("L5", "one copy"), v.keptSums()
	again := v.blame(j, documents.Copied)
	j.say("%d documents of %d orders over all months", s.documents, s.documents-again)
	return j.done()
}
