package simulation

import (
	"fmt"
	"strings"
	"time"
)

// String tells the scenario in words.
func (s *scenario) String() string {
	var text strings.Builder
	c := &s.cfg
	fmt.Fprintf(&text, "  %s, %d machines, %d partitions; batches of %d records, %d bytes or %v, %d in flight; polls of %d; buffer %d bytes, unsettled %d records\n",
		c.Name, s.machines, s.partitions, c.BatchRecords, c.BatchBytes, c.BatchAge, c.InFlight, c.PollRecords, c.BufferBytes, c.UnsettledRecords)
	fmt.Fprintf(&text, "  coalesced within %v, %d identities; retries after %v to %v, commits every %v, drains within %v; age limit %v (as of the record: %t), clocks may be %v ahead; letters up to %d bytes\n",
		c.CoalesceWindow, c.Identities, c.RetryBase, c.RetryMax, c.CommitInterval, c.DrainTimeout, s.maxAge(), c.AsOfRecord, s.gps.ClockAhead, s.letterMax)
	if g := &s.gps; g.OutlierSpeed > 0 || g.MoveDistance > 0 {
		fmt.Fprintf(&text, "  outliers are faster than %v m/s (%d fixes), unmoved is nearer than %v m within %v\n", g.OutlierSpeed, g.OutlierFixes, g.MoveDistance, g.MoveHeartbeat)
	}
	for i := range s.faults {
		fmt.Fprintf(&text, "  %v\n", &s.faults[i])
	}
	for i := range s.records {
		fmt.Fprintf(&text, "  %v\n", &s.records[i])
	}
	return text.String()
}

// String tells one fault.
func (f *fault) String() string {
	when := fmt.Sprintf("from %v until %v", round(f.from), round(f.until))
	oftenFrom := fmt.Sprintf("%s, in %d of 1000 cases", when, f.permille)
	switch f.kind {
	case storeBusy:
		return "the store is too busy for an item " + oftenFrom
	case storeRefuses:
		return "the store refuses an item " + oftenFrom
	case storeMute:
		return "the store says nothing of an item " + oftenFrom
	case storeBreaks:
		return "a call of the store breaks " + oftenFrom
	case storeSlow:
		return "a call of the store takes seconds " + oftenFrom
	case lettersFail:
		return "dead letters fail " + oftenFrom
	case commitsFail:
		return "commits fail " + oftenFrom
	case commitsSlow:
		return "commits take seconds " + oftenFrom
	case pollsFail:
		return "the source breaks " + oftenFrom
	case pollsRepeat:
		return "a poll begins again " + oftenFrom
	case rebalance:
		return fmt.Sprintf("at %v all partitions change hands", round(f.from))
	case crash:
		return fmt.Sprintf("at %v the process of machine %d crashes", round(f.from), f.machine)
	case crashAtStep:
		return fmt.Sprintf("at its step %d the process of machine %d crashes", f.step, f.machine)
	case stop:
		return fmt.Sprintf("at %v the process of machine %d is stopped and started again", round(f.from), f.machine)
	case freeze:
		return fmt.Sprintf("%s the process of machine %d stands still", when, f.machine)
	case faultKinds:
	}
	return "nothing"
}

// String tells one record.
func (r *record) String() string {
	kinds := map[kind]string{good: "good", undecodable: "undecodable", rejected: "rejected by the store"}
	text := fmt.Sprintf("record %d, %s: driver D%d, partition %d, arrives at %v, its event at %v", r.uid, kinds[r.kind], r.driver, r.part, round(r.arrives), round(r.event))
	if r.ping != r.uid {
		text += fmt.Sprintf(", says what %d says", r.ping)
	}
	if r.jump > 0 {
		text += fmt.Sprintf(", %d thousandths of a degree from home", r.jump)
	}
	if r.offline {
		text += ", offline"
	}
	if r.unknown {
		text += ", with an unknown field"
	}
	if r.noise > 0 {
		text += fmt.Sprintf(", a header of %d bytes", r.noise)
	}
	if r.skip > 0 {
		text += fmt.Sprintf(", behind %d offsets without a record", r.skip)
	}
	if r.header != "" {
		text += ", received-at " + r.header
	}
	return text
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
