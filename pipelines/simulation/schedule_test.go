package simulation

import (
	"math/rand/v2"
	"time"

	"sluice/pipelines"
	"sluice/pipelines/gps"
)

// schedule makes the scenario of a seed. Each one has some kinds of trouble and not others: where
// all are always on, one hides what another would show.
func schedule(seed uint64) *scenario {
	rng := rand.New(rand.NewPCG(seed, 5))
	s := &scenario{
		seed: seed, history: rng.IntN(3) == 0, partitions: 1 + rng.IntN(4), machines: 1 + rng.IntN(3),
		letterMax: pick(rng, 1<<20, 1<<20, 128, 80),
	}
	s.configure(rng)
	s.send(rng)
	for kind := range faultKinds {
		if rng.IntN(3) == 0 {
			for range 1 + rng.IntN(3) {
				s.faults = append(s.faults, s.fault(rng, kind))
			}
		}
	}
	return s
}

func pick[T any](rng *rand.Rand, choices ...T) T { return choices[rng.IntN(len(choices))] }

// upTo is a time above 0, to the nanosecond.
func upTo(rng *rand.Rand, most time.Duration) time.Duration {
	return 1 + time.Duration(rng.Int64N(int64(most)))
}

func (s *scenario) configure(rng *rand.Rand) {
	c := &s.cfg
	c.BatchRecords, c.InFlight, c.PollRecords = 1+rng.IntN(20), 1+rng.IntN(4), 1+rng.IntN(16)
	c.BatchBytes = pick(rng, 16<<10, 16<<10, 300+rng.IntN(2000))
	c.BatchAge = upTo(rng, 500*time.Millisecond)
	c.BufferBytes = pick(rng, int64(1<<20), int64(c.BatchBytes)+rng.Int64N(8<<10))
	c.UnsettledRecords = pick(rng, int64(0), 5+rng.Int64N(60))
	c.Identities = pick(rng, 0, 1+rng.IntN(4))
	c.RetryBase = upTo(rng, 300*time.Millisecond)
	c.RetryMax = c.RetryBase + upTo(rng, 3*time.Second)
	c.CommitInterval = upTo(rng, 2*time.Second)
	c.DrainTimeout = upTo(rng, 6*time.Second)
	c.StallAfter = time.Second + upTo(rng, 20*time.Second)
	c.AsOfRecord = rng.IntN(8) == 0
	if !s.history && rng.IntN(3) > 0 {
		c.CoalesceWindow = upTo(rng, pick(rng, 100*time.Millisecond, 3*time.Second))
	}
	s.gps = gps.Config{ClockAhead: pick(rng, 0, 2*time.Second)}
	s.gps.MaxAge = pick(rng, 0, 2*time.Second, 10*time.Second, time.Minute)
	s.gps.HistoryMaxAge = pick(rng, 0, 0, 10*time.Second)
	if rng.IntN(4) == 0 {
		s.gps.OutlierSpeed, s.gps.OutlierSlack, s.gps.OutlierFixes = 50, 100, 1+rng.IntN(3)
	}
	if rng.IntN(4) == 0 {
		s.gps.MoveDistance, s.gps.MoveHeartbeat = 50, time.Duration(1+rng.IntN(1500))*time.Millisecond
	}
	if s.history {
		c.Name = gps.History
	} else {
		c.Name = gps.Live
	}
}

// fault is one of a kind, somewhere in the first seconds.
func (s *scenario) fault(rng *rand.Rand, kind faultKind) fault {
	f := fault{kind: kind, from: upTo(rng, 10*time.Second), machine: rng.IntN(s.machines), permille: pick(rng, 50, 300, 700, 1000)}
	switch kind {
	case crashAtStep:
		f.from, f.step = 0, 1+rng.IntN(120)
	case rebalance, crash, stop:
	case freeze:
		f.until = f.from + upTo(rng, 12*time.Second)
	case pollsFail:
		f.until, f.permille = f.from+upTo(rng, 2*time.Second), 100
	case storeBusy, storeRefuses, storeMute, storeBreaks, storeSlow, lettersFail, commitsFail, commitsSlow, pollsRepeat:
		f.until = f.from + upTo(rng, 8*time.Second)
		if rng.IntN(100) == 0 {
			f.until += upTo(rng, 3*time.Minute) // an outage
		}
		if rng.IntN(4) == 0 {
			f.from = 0
		}
	case faultKinds:
	}
	return f
}

// traffic is the habits of the drivers of one scenario.
type traffic struct {
	drivers int
	span    time.Duration // over which pings arrive
	backlog time.Duration // how old the first records may be, in the topic
	bad     int           // permille of each kind that is no good
	late    int           // permille of pings whose event is long past
	ahead   int           // permille of clocks ahead
	again   int           // permille of repetitions
	jumps   int           // permille of positions far from home
	offline int           // permille of pings that say so
	gaps    int           // permille of holes in the offsets
	hole    int64         // how large
	headers []string
	keyless bool
}

func (s *scenario) send(rng *rand.Rand) {
	habits := traffic{
		drivers: pick(rng, 1+rng.IntN(8), 1+rng.IntN(8), 1+rng.IntN(8), 150), span: pick(rng, time.Millisecond, 3*time.Second, 12*time.Second), backlog: pick(rng, 1, 1, 30*time.Second),
		bad: pick(rng, 0, 30, 150), late: pick(rng, 0, 100, 400), ahead: pick(rng, 0, 50, 200), again: pick(rng, 0, 100),
		jumps: pick(rng, 0, 100, 500), offline: pick(rng, 0, 200),
		gaps: pick(rng, 0, 0, 200), hole: pick(rng, int64(1), 9, 5000), keyless: rng.IntN(6) == 0,
		headers: pick(rng, []string{""}, []string{"true"}, []string{"", "true", "ahead", "junk"}),
	}
	for uid := range 5 + rng.IntN(pick(rng, 20, 120, 120, 500)) {
		s.records = append(s.records, habits.record(rng, s, uid))
	}
}

func (h *traffic) record(rng *rand.Rand, s *scenario, uid int) record {
	r := record{uid: uid, ping: uid, driver: rng.IntN(h.drivers), seq: rng.IntN(4) - 1, keyless: h.keyless}
	r.arrives = upTo(rng, h.span)
	r.stamped = r.arrives - upTo(rng, h.backlog)
	r.heard = r.stamped - upTo(rng, 50*time.Millisecond)
	r.event = r.heard - upTo(rng, 2*time.Second)
	switch {
	case rng.IntN(1000) < h.late:
		r.event -= upTo(rng, pick(rng, 5*time.Second, 3*time.Minute))
	case rng.IntN(1000) < h.ahead:
		r.event += upTo(rng, 10*time.Minute)
	}
	switch {
	case rng.IntN(1000) < h.bad:
		r.kind, r.pad = undecodable, rng.IntN(300)
	case rng.IntN(1000) < h.bad:
		r.kind = rejected
	}
	if rng.IntN(1000) < h.jumps {
		r.jump = pick(rng, 1, 10, 10, 20)
	}
	r.offline = rng.IntN(1000) < h.offline
	r.noise, r.unknown = max(0, rng.IntN(400)-300), rng.IntN(10) == 0
	r.header = pick(rng, h.headers...)
	if rng.IntN(1000) < h.gaps {
		r.skip = 1 + rng.Int64N(h.hole)
	}
	if len(s.records) > 0 && rng.IntN(1000) < h.again {
		first := s.records[rng.IntN(len(s.records))]
		again := r
		r = first
		r.uid, r.arrives, r.stamped, r.heard, r.header, r.skip = again.uid, again.arrives, again.stamped, again.heard, again.header, again.skip
	}
	r.part = r.driver % s.partitions
	return r
}

// stream is the pipeline's own reading of the records.
func (s *scenario) stream() func() pipelines.Stream[gps.Fix] {
	if s.history {
		return gps.NewHistory(s.gps)
	}
	return gps.NewLive(s.gps)
}
