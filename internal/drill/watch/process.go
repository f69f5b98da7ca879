package watch

// process is what was seen of one target over all its lives. A life is known by its start; what its
// last look showed is what counts of it.
type process struct {
	started float64 // of the present life; 0 before the first look
	lives   int
	past    state // of the lives that have ended
	now     state
}

// state is what one life, or several, added up to.
type state struct {
	sums  Sums
	reads map[string]reading
}

// reading is what was read of a pipeline's topic.
type reading struct {
	consumed float64 // records
	passed   float64 // offsets that were gone, or could not be read
}

func newProcess() *process {
	return &process{past: state{sums: Sums{}, reads: map[string]reading{}}, now: state{sums: Sums{}, reads: map[string]reading{}}}
}

// saw takes in one look.
func (p *process) saw(metrics []Metric) {
	started := gaugeOf(metrics, "process_start_time_seconds")
	if started != p.started {
		p.past.sums.add(p.now.sums)
		for name, r := range p.now.reads {
			p.past.reads[name] = p.past.read(name, r)
		}
		p.started = started
		p.lives++
	}
	p.now = state{sums: observe(metrics), reads: readings(metrics)}
}

func (p *process) sums() Sums {
	all := p.past.sums.With(p.now.sums)
	all[restarted] = float64(max(0, p.lives-1))
	return all
}

func (p *process) read(pipeline string) reading { return p.past.read(pipeline, p.now.reads[pipeline]) }

func (s *state) read(pipeline string, more reading) reading {
	sum := s.reads[pipeline]
	return reading{consumed: sum.consumed + more.consumed, passed: sum.passed + more.passed}
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
