package simulation

import (
	"slices"
	"testing"
	"time"
)

// The limits of shrinking: runs that a smaller scenario has to fail in, of which one is enough,
// since what happens at one instant has no order; and the time for all of it.
const (
	triesOfTheFirst     = 50
	triesOfEach         = 3
	timeForAllShrinking = 20 * time.Second
)

// shrink makes a failing scenario as small as it still fails: fewer faults, records, machines and
// partitions, plainer settings. The complaints are those of the smallest; none when the scenario
// has not failed again.
func shrink(t *testing.T, s *scenario) (small *scenario, complaints []string) {
	deadline := time.Now().Add(timeForAllShrinking)
	fails := func(s *scenario, tries int) bool {
		for range tries {
			if out := run(t, s); len(out.complaints) > 0 {
				complaints = out.complaints
				return true
			}
		}
		return false
	}
	if !fails(s, triesOfTheFirst) {
		return s, nil
	}
	for again := true; again && time.Now().Before(deadline); {
		again = false
		for _, smaller := range simplifications(s) {
			if time.Now().After(deadline) {
				break
			}
			if next := smaller(s); next != nil && fails(next, triesOfEach) {
				s, again = next, true
			}
		}
	}
	return s, complaints
}

// simplifications of a scenario, the boldest first. Each gives a copy, or nil when it changes nothing.
func simplifications(s *scenario) []func(*scenario) *scenario {
	var all []func(*scenario) *scenario
	for size := len(s.faults); size > 0; size /= 2 {
		for from := 0; from < len(s.faults); from += size {
			all = append(all, func(s *scenario) *scenario { return s.withoutFaults(from, size) })
		}
	}
	for i := range s.faults {
		all = append(all, func(s *scenario) *scenario { return s.withPlainFault(i) })
	}
	all = append(all, fewerMachines, fewerPartitions)
	for size := (len(s.records) + 1) / 2; size > 0; size /= 2 {
		for from := 0; from < len(s.records); from += size {
			all = append(all, func(s *scenario) *scenario { return s.withoutRecords(from, size) })
		}
	}
	return append(all, plainer()...)
}

func (s *scenario) withoutFaults(from, n int) *scenario {
	if from >= len(s.faults) {
		return nil
	}
	next := *s
	next.faults = slices.Delete(slices.Clone(s.faults), from, min(from+n, len(s.faults)))
	return &next
}

// withPlainFault makes a fault one that is there from the beginning, and always: then what only
// brought it about at the right moment can go.
func (s *scenario) withPlainFault(i int) *scenario {
	if i >= len(s.faults) || s.faults[i].until == 0 || s.faults[i].kind == freeze || (s.faults[i].from == 0 && s.faults[i].permille == 1000) {
		return nil
	}
	next := *s
	next.faults = slices.Clone(s.faults)
	next.faults[i].from, next.faults[i].permille = 0, 1000
	return &next
}

func (s *scenario) withoutRecords(from, n int) *scenario {
	if from >= len(s.records) {
		return nil
	}
	next := *s
	next.records = slices.Delete(slices.Clone(s.records), from, min(from+n, len(s.records)))
	return &next
}

func fewerMachines(s *scenario) *scenario {
	if s.machines == 1 {
		return nil
	}
	next := *s
	next.machines--
	next.faults = slices.Clone(s.faults)
	for i := range next.faults {
		next.faults[i].machine %= next.machines
	}
	return &next
}

func fewerPartitions(s *scenario) *scenario {
	if s.partitions == 1 {
		return nil
	}
	next := *s
	next.partitions--
	return next.withRecords(func(r *record) { r.part = r.driver % next.partitions })
}

func (s *scenario) withRecords(change func(*record)) *scenario {
	next := *s
	next.records = slices.Clone(s.records)
	for i := range next.records {
		change(&next.records[i])
	}
	return &next
}

// plainer settings and records, one change each.
func plainer() []func(*scenario) *scenario {
	settings := func(change func(*scenario)) func(*scenario) *scenario {
		return func(s *scenario) *scenario {
			next := *s
			change(&next)
			return &next
		}
	}
	records := func(change func(*record)) func(*scenario) *scenario {
		return func(s *scenario) *scenario { return s.withRecords(change) }
	}
	once := func(is func(*scenario) bool, do func(*scenario) *scenario) func(*scenario) *scenario {
		return func(s *scenario) *scenario {
			if is(s) {
				return nil
			}
			return do(s)
		}
	}
	return []func(*scenario) *scenario{
		once(func(s *scenario) bool { return s.cfg.CoalesceWindow == 0 }, settings(func(s *scenario) { s.cfg.CoalesceWindow = 0 })),
		once(func(s *scenario) bool { return s.cfg.InFlight == 1 }, settings(func(s *scenario) { s.cfg.InFlight = 1 })),
		once(func(s *scenario) bool { return s.cfg.UnsettledRecords == 0 }, settings(func(s *scenario) { s.cfg.UnsettledRecords = 0 })),
		once(func(s *scenario) bool { return s.cfg.Identities == 0 }, settings(func(s *scenario) { s.cfg.Identities = 0 })),
		once(func(s *scenario) bool { return !s.cfg.AsOfRecord }, settings(func(s *scenario) { s.cfg.AsOfRecord = false })),
		once(func(s *scenario) bool { return s.cfg.BufferBytes == 1<<20 }, settings(func(s *scenario) { s.cfg.BufferBytes = 1 << 20 })),
		once(func(s *scenario) bool { return s.letterMax == 1<<20 }, settings(func(s *scenario) { s.letterMax = 1 << 20 })),
		once(func(s *scenario) bool { return s.maxAge() == 0 }, settings(func(s *scenario) { s.gps.MaxAge, s.gps.HistoryMaxAge = 0, 0 })),
		once(func(s *scenario) bool { return s.gps.OutlierSpeed == 0 }, settings(func(s *scenario) { s.gps.OutlierSpeed = 0 })),
		once(func(s *scenario) bool { return s.gps.MoveDistance == 0 }, settings(func(s *scenario) { s.gps.MoveDistance = 0 })),
		once(every(func(r *record) bool { return r.skip == 0 }), records(func(r *record) { r.skip = 0 })),
		once(every(func(r *record) bool { return r.header == "" }), records(func(r *record) { r.header = "" })),
		once(every(func(r *record) bool { return r.kind == good }), records(func(r *record) { r.kind = good })),
		once(every(func(r *record) bool {
			return r.seq == r.uid && !r.keyless && !r.offline && r.jump == 0 && !r.unknown && r.noise == 0
		}), records(func(r *record) {
			r.seq, r.keyless, r.offline, r.jump, r.unknown, r.noise = r.uid, false, false, 0, false, 0
		})),
		once(every(func(r *record) bool { return r.event == r.arrives }), records(func(r *record) { r.event, r.stamped, r.heard = r.arrives, r.arrives, r.arrives })),
	}
}

func every(is func(*record) bool) func(*scenario) bool {
	return func(s *scenario) bool {
		for i := range s.records {
			if !is(&s.records[i]) {
				return false
			}
		}
		return true
	}
}
