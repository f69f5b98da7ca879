package watch

import (
	"context"
	"time"
)

// Watch looks and remembers. Its methods are safe for many goroutines.
type Watch struct{}

// New makes a watch that has not looked yet.
func New(cfg Config, scraper Scraper, offsets Offsets) (*Watch, error) { return &Watch{}, cfg.Validate() }

// Run looks every Config.Every until the context ends, which is no error. What cannot be reached is
// no error either: it is a gap in its series.
func (w *Watch) Run(ctx context.Context) error { return nil }

// Look looks at once. Ask for it just before a process is killed or stopped: its last look is what counts of its life.
func (w *Watch) Look(ctx context.Context) {}

// Note adds a moment to the timeline, as of now.
func (w *Watch) Note(what string) {}

// Sums is where the observations are, as of the last look.
func (w *Watch) Sums() Sums { return nil }

// Lag is the pipeline's lag as of the last look that reached Kafka, and when that was; false before the first.
func (w *Watch) Lag(pipeline string) (lag int64, at time.Time, known bool) { return 0, time.Time{}, false }

// Record is a copy of all that was seen so far.
func (w *Watch) Record() Record { return Record{} }
