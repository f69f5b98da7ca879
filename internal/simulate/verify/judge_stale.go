package verify

import "sluice/internal/simulate/plan"

// odd is how many of a driver's last records are looked at for one that throws the outlier gate.
const odd = 8

// honestlyStale is L6: what live dropped it had to drop. The position of each driver is a record of
// that driver; it is none that was too old on arrival; and no record of the driver counts later that was acknowledged and
// surely settled while it was young enough. Surely: by the looks at the offsets, see settling. What was acknowledged
// shortly before an outage longer than the age limit may be dropped, and is then not required.
//
// A teleport may be dropped, and is required of nobody. Drivers with a teleport or a clock ahead among their last 8
// records are judged leniently: where a pipeline that has just begun meets such a record first, it is what the next ones
// are measured against, and up to gps.outlierFixes of them are dropped. Their position must be one of those 8 or later than what is required.
// A clock ahead may also come late, behind an outage in which clients tried again: then the position is that record, and 8 pings behind at most.
func (v *verifier) honestlyStale() Assertion {
	j := judging("L6", "honest stale")
	switch {
	case v.author.Rules.Movement:
		return j.unjudged("the movement gate is on: which pings it drops depends on what a lane remembers")
	case len(v.samples) == 0:
		return j.unjudged("the ledger has no looks at the offsets")
	}
	exact, lenient := int64(0), int64(0)
	for i := range v.facts.drivers {
		d, at := &v.facts.drivers[i], v.found.live[i]
		if at.n < 0 {
			continue // L1 says whether one had to be there
		}
		if v.author.Rules.MaxAge > 0 && v.author.Kind(at.n) == plan.Late {
			j.fault("driver %d stands at record %d, which was too old on arrival", i, at.n)
		}
		if at.ts >= d.newest {
			exact++
			continue
		}
		if v.thrown(int64(i), d.last) && at.n > d.last-odd*v.author.Drivers || v.threw(at.n, d.newest-at.ts) {
			lenient++
			continue
		}
		j.fault("driver %d stands at record %d, %d ms before the newest that live had in time", i, at.n, d.newest-at.ts)
	}
	j.say("%d positions are the newest that live had in time, or newer; %d of drivers whose last pings leapt are among their last %d", exact, lenient, odd)
	return j.done()
}

// threw reports whether the position itself is of a record that throws the outlier gate, and so few ms behind that the
// gate may still drop what follows.
func (v *verifier) threw(n, behind int64) bool {
	if kind := v.author.Kind(n); !v.author.Rules.Outliers || kind != plan.Ahead && kind != plan.Teleport {
		return false
	}
	return float64(behind) <= odd*1000*float64(v.author.Drivers)/v.author.Rate
}

// thrown reports whether one of a driver's last records could throw the outlier gate.
func (v *verifier) thrown(driver, last int64) bool {
	if !v.author.Rules.Outliers {
		return false
	}
	for n := last; n >= driver && n > last-odd*v.author.Drivers; n -= v.author.Drivers {
		if kind := v.author.Kind(n); kind == plan.Teleport || kind == plan.Ahead {
			return true
		}
	}
	return false
}
