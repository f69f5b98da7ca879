package verify

import (
	"math"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
)

// facts are what the ledger proves, record by record and driver by driver.
type facts struct {
	author  *plan.Author
	settled *settling
	lost    set // records that live could not read

	issued, acked, refused set
	drivers                []driver

	kinds      [plan.Dead + 1]int64 // acknowledged sends by kind; of Refused: refused
	doubled    int64                // acknowledged second sends
	doubtful   int64                // sends without an answer
	least      int64                // records that are surely in the topic
	most       int64                // … and that may be, at most; math.MaxInt64 = unknown
	misjudged  []string             // the first answers that the gateway should not have given
	wrong      int64                // how many of those
	unlisted   int64                // refusals that the gateway did not list
	spansDays  bool                 // the load crossed midnight, UTC
	lastAnswer int64                // ms since 1970 UTC
}

// driver is what must be true of one driver's position.
type driver struct {
	newest int64 // least event time that the position must have, ms since 1970 UTC; 0 = none need be there
	last   int64 // greatest number of the driver's records that were issued; -1 = none
}

// unsure is how far the clocks of gateway, pipelines and load are believed to differ, ms.
const unsure = 1000

// gather goes through the plan and the ledger side by side.
func gather(a *plan.Author, l *ledger.Ledger, settled *settling, lost set) *facts {
	f := &facts{
		author: a, settled: settled, lost: lost, issued: newSet(a.Records), acked: newSet(a.Records), refused: newSet(a.Records),
		drivers: make([]driver, min(a.Drivers, a.Records)),
	}
	for i := range f.drivers {
		f.drivers[i].last = -1
	}
	walker := a.Walker()
	var sends []plan.Send
	for block := range a.Blocks() {
		sends = walker.Next(sends[:0])
		if o := l.Of(block); o.State != ledger.Skipped {
			f.block(&o, sends)
		}
	}
	const dayMS = 86_400_000
	f.spansDays = f.lastAnswer/dayMS != a.Start/dayMS
	return f
}

// block takes in one block that was, or may have been, sent.
func (f *facts) block(o *ledger.Outcome, sends []plan.Send) {
	refused := make(map[int64]string, len(o.Refused))
	for _, r := range o.Refused {
		refused[r.Index] = r.Code
	}
	unlisted := o.Rejected - int64(len(o.Refused))
	f.unlisted += unlisted
	fresh := f.freshUntil(o)
	index := int64(0)
	for _, s := range sends {
		r := f.author.Record(s.N)
		f.issue(&r)
		if r.Kind == plan.Dead {
			f.stray(o, s.N)
			continue
		}
		code, isRefused := refused[index]
		index++
		switch {
		case o.State != ledger.Answered:
			f.doubtful++
			if r.Kind != plan.Refused {
				f.atMost(o.Tries)
			}
		case isRefused:
			f.refuse(&r, code)
		case r.Kind == plan.Refused && unlisted > 0:
			unlisted--
			f.refuse(&r, r.Code())
		default:
			f.ack(&r, s.Again, o, fresh)
		}
	}
	f.lastAnswer = max(f.lastAnswer, f.author.Start+o.Done)
}

func (f *facts) issue(r *plan.Record) {
	f.issued.add(r.N)
	f.drivers[r.Driver].last = max(f.drivers[r.Driver].last, r.N)
}

// stray is a record written to the topic.
func (f *facts) stray(o *ledger.Outcome, n int64) {
	if o.Topic == ledger.Answered {
		f.acked.add(n)
		f.kinds[plan.Dead]++
		f.least++
	} else {
		f.doubtful++
	}
	f.atMost(o.Puts)
}

// atMost counts what so many attempts may have left in the topic; 0 = nobody knows how many.
func (f *facts) atMost(attempts int64) {
	if attempts == 0 || f.most == math.MaxInt64 {
		f.most = math.MaxInt64
		return
	}
	f.most += attempts
}

func (f *facts) refuse(r *plan.Record, code string) {
	f.refused.add(r.N)
	f.kinds[plan.Refused]++
	if code != r.Code() {
		f.misjudge(r, code)
	}
}

func (f *facts) misjudge(r *plan.Record, said string) {
	f.wrong++
	if len(f.misjudged) < maxFirst {
		f.misjudged = append(f.misjudged, name(r.N, "was answered "+quoted(said)+", want "+quoted(r.Code())))
	}
}

// ack is a record that the gateway took.
func (f *facts) ack(r *plan.Record, again bool, o *ledger.Outcome, freshUntil int64) {
	if r.Kind == plan.Refused {
		f.misjudge(r, "")
	}
	f.acked.add(r.N)
	f.kinds[r.Kind]++
	f.least++
	f.atMost(o.Tries)
	if again {
		f.doubled++
	}
	counts := r.TS
	switch r.Kind {
	case plan.Ahead:
		counts = f.author.Start + o.Sent - unsure
	case plan.Teleport:
		if f.author.Rules.Outliers {
			return // the gate drops it, unless the pipeline has just begun to know the driver
		}
	case plan.Plain, plan.Late, plan.Refused, plan.Dead:
	}
	if counts >= freshUntil && !f.lost.has(r.N) {
		f.drivers[r.Driver].newest = max(f.drivers[r.Driver].newest, counts)
	}
}

// freshUntil is the least event time that was surely young enough for live when it was judged.
func (f *facts) freshUntil(o *ledger.Outcome) int64 {
	if f.author.Rules.MaxAge == 0 {
		return 0
	}
	by := f.settled.after(f.author.Start + o.Done)
	if by == math.MaxInt64 {
		return math.MaxInt64
	}
	return by + unsure - f.author.Rules.MaxAge
}
