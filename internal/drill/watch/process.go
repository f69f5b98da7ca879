package watch

import "maps"

// process is what was seen of one target over all its lives. A life is known by its start.
type process struct {
	lives map[float64]*life
	heard int // farewells that were taken in
	lost  int // lives that ended without one
}

// life is what one life added up to: what its last look showed, or, when it came to a clean end, what it said then.
type life struct {
	sums  Sums
	reads map[string]reading // by pipeline
	over  bool               // and has said so: an earlier look that comes late says less
}

// reading is what was read of a pipeline's topic.
type reading struct {
	consumed float64 // records
	passed   float64 // offsets that were gone, or could not be read
}

func newProcess() *process { return &process{lives: map[float64]*life{}} }

func (p *process) life(started float64) *life {
	if p.lives[started] == nil {
		p.lives[started] = &life{sums: Sums{}, reads: map[string]reading{}}
	}
	return p.lives[started]
}

// saw takes in one look.
func (p *process) saw(metrics []Metric) {
	l := p.life(gaugeOf(metrics, "process_start_time_seconds"))
	if !l.over {
		l.sums, l.reads = observe(metrics), readings(metrics)
	}
}

// hears takes in what was said since it was last listened to. A farewell counts records alone: of everything else the
// last look is what counts.
func (p *process) hears(said heard) {
	for _, f := range said.farewells[p.heard:] {
		l := p.life(f.Started)
		maps.Copy(l.sums, observe(f.Metrics))
		for pipeline, last := range readings(f.Metrics) {
			l.reads[pipeline] = reading{consumed: last.consumed, passed: l.reads[pipeline].passed}
		}
		l.over = true
	}
	p.heard, p.lost = len(said.farewells), said.lost
}

func (p *process) sums() Sums {
	all := Sums{}
	for _, l := range p.lives {
		all.add(l.sums)
	}
	all[restarted] = float64(max(0, len(p.lives)-1))
	return all
}

func (p *process) read(pipeline string) reading {
	var all reading
	for _, l := range p.lives {
		all.consumed += l.reads[pipeline].consumed
		all.passed += l.reads[pipeline].passed
	}
	return all
}

func readings(metrics []Metric) map[string]reading {
	found := map[string]reading{}
	for i := range metrics {
		name := metrics[i].Labels["pipeline"]
		r := found[name]
		switch metrics[i].Name {
		case "sluice_records_consumed_total":
			r.consumed += metrics[i].Value
		case "sluice_source_lost_records_total", "sluice_source_skipped_records_total":
			r.passed += metrics[i].Value
		default:
			continue
		}
		found[name] = r
	}
	return found
}

// ages keeps the greatest age of an unsettled record by pipeline.
func ages(oldest map[string]float64, metrics []Metric) {
	for i := range metrics {
		if m := &metrics[i]; m.Name == "sluice_oldest_unsettled_seconds" {
			name := m.Labels["pipeline"]
			oldest[name] = max(oldest[name], m.Value)
		}
	}
}

func gaugeOf(metrics []Metric, name string) float64 {
	for i := range metrics {
		if metrics[i].Name == name {
			return metrics[i].Value
		}
	}
	return 0
}
