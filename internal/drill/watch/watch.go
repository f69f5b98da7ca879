package watch

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Watch looks and remembers. Its methods are safe for many goroutines.
type Watch struct {
	cfg     Config
	scraper Scraper
	offsets Offsets

	looking sync.Mutex // one look at a time

	mu        sync.Mutex // guards what follows
	began     time.Time
	lines     *lines
	events    []Event
	processes map[string]*process
	tracks    map[string]*track
	lags      map[string]lagSeen
	behind    float64 // looks at which a pipeline was far behind
}

type lagSeen struct {
	records int64
	at      time.Time
}

// New makes a watch that has not looked yet. Its time begins now.
func New(cfg Config, scraper Scraper, offsets Offsets) (*Watch, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if scraper == nil || offsets == nil {
		return nil, errors.New("watching: it needs something to scrape and to ask for offsets with")
	}
	w := &Watch{
		cfg: cfg.filled(), scraper: scraper, offsets: offsets,
		began:     time.Now(),
		processes: map[string]*process{},
		tracks:    map[string]*track{},
		lags:      map[string]lagSeen{},
	}
	w.lines = newLines(w.cfg.MaxPoints)
	for _, t := range cfg.Targets {
		w.processes[t.Name] = newProcess()
	}
	for _, p := range cfg.Pipelines {
		w.tracks[p.Name] = newTrack()
	}
	return w, nil
}

// Run looks at once and then every Config.Every until the context ends, which is no error. What cannot be
// reached is no error either: it is a gap in its series.
func (w *Watch) Run(ctx context.Context) error {
	ticker := time.NewTicker(w.cfg.Every)
	defer ticker.Stop()
	for {
		w.Look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Look looks at once. Ask for it just before a process is killed: its last look is what counts of its life. Of one that
// comes to a clean end it is what it said then, see Farewells.
func (w *Watch) Look(ctx context.Context) {
	w.looking.Lock()
	defer w.looking.Unlock()
	said := w.scrapeAll(ctx)
	farewells := w.hearAll()
	places := w.askAll(ctx) // after the scrapes: at rest nothing is committed that is not counted yet

	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	at := now.Sub(w.began).Seconds()
	oldest := map[string]float64{}
	accepted := 0.0
	for name, metrics := range said {
		p := w.processes[name]
		p.saw(metrics)
		w.lines.process(at, name, metrics)
		ages(oldest, metrics)
	}
	for name, last := range farewells {
		w.processes[name].hears(last)
	}
	for _, p := range w.processes {
		accepted += p.sums()["accepted"]
	}
	w.lines.add(Accepted, "gateway", at, accepted)
	for name, age := range oldest {
		w.lines.add(Oldest, name, at, age)
	}
	heard := w.audience(said, farewells)
	for name, t := range w.tracks {
		parts, told := places[name]
		if !told {
			t.unsure()
			continue
		}
		w.lags[name] = lagSeen{records: t.saw(parts, w.read(name), heard), at: now}
		if w.lags[name].records > farBehind {
			w.behind++
		}
		w.lines.add(Lag, name, at, float64(w.lags[name].records))
		w.lines.add(Settled, name, at, float64(w.tracks[name].moved()))
	}
}

// read is what all processes have read of a pipeline; the lock is held.
func (w *Watch) read(pipeline string) reading {
	var all reading
	for _, p := range w.processes {
		r := p.read(pipeline)
		all.consumed += r.consumed
		all.passed += r.passed
	}
	return all
}

// Note adds a moment to the timeline, as of now.
func (w *Watch) Note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.events) < w.cfg.MaxEvents {
		w.events = append(w.events, Event{At: time.Now(), What: what})
	}
}

// Sums is where the observations are, as of the last look. What is not known is not among them.
func (w *Watch) Sums() Sums {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sums()
}

func (w *Watch) sums() Sums {
	all := Sums{restarted: 0, behind: w.behind}
	for _, c := range table() {
		all[c.name] = 0
	}
	for _, p := range w.processes {
		all.add(p.sums())
	}
	again, exact := 0.0, true
	for _, t := range w.tracks {
		again += t.again
		exact = exact && t.exact
	}
	if exact || again > 0 { // that it was none is said only when that is known
		all[redelivered] = again
	}
	return all
}

// Calm says whether the last two looks found every pipeline at rest, and no commit between them: what was read is then
// counted, of all who could be heard.
func (w *Watch) Calm() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.tracks {
		if !t.calm {
			return false
		}
	}
	return true
}

// Lag is the pipeline's as of the last look that reached Kafka, and when that was; false before the first.
func (w *Watch) Lag(pipeline string) (records int64, at time.Time, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen, known := w.lags[pipeline]
	return seen.records, seen.at, known
}

// Record is a copy of all that was seen so far.
func (w *Watch) Record() Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	lives := make(map[string]int, len(w.processes))
	for name, p := range w.processes {
		lives[name] = len(p.lives)
	}
	return Record{
		Began: w.began, Seconds: time.Since(w.began).Seconds(), Every: w.cfg.Every.Seconds(), Lives: lives,
		Series: w.lines.copied(), Events: append([]Event(nil), w.events...), Sums: w.sums(),
	}
}
