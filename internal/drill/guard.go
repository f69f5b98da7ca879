package drill

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"sluice/internal/drill/stage"
	"sluice/internal/drill/watch"
	"sluice/internal/pause"
)

// guard looks at the commits while a drill runs, and complains when one goes back.
type guard struct {
	offsets   Offsets
	pipelines []watch.Pipeline
	every     time.Duration
	complain  func(string)

	mu   sync.Mutex
	seen sight
	last map[place]int64 // commits at the look before
	news chan struct{}   // closed by the next look
}

// place is one partition as one pipeline reads it.
type place struct {
	pipeline  string
	partition int32
}

func (p place) String() string { return fmt.Sprintf("%s in partition %d", p.pipeline, p.partition) }

// sight is one look that reached Kafka.
type sight struct {
	asked time.Time // before it
	at    map[place]stage.Offsets
}

// lookWithin bounds a look.
const lookWithin = 5 * time.Second

func newGuard(s *Scene, every time.Duration, complain func(string)) *guard {
	return &guard{offsets: s.Offsets, pipelines: s.Pipelines, every: every, complain: complain, last: map[place]int64{}, news: make(chan struct{})}
}

// run looks until ctx ends. A look that Kafka does not answer is none.
func (g *guard) run(ctx context.Context) {
	for pause.For(ctx, g.every) == nil {
		if s, err := g.look(ctx); err == nil {
			g.take(s)
		}
	}
}

// look asks for every pipeline.
func (g *guard) look(ctx context.Context) (sight, error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	s := sight{asked: time.Now(), at: map[place]stage.Offsets{}}
	for _, p := range g.pipelines {
		at, err := g.offsets.Offsets(ctx, p.Group, p.Topic)
		if err != nil {
			return s, fmt.Errorf("asking where %s stands: %w", p.Name, err)
		}
		for partition, o := range at {
			s.at[place{p.Name, partition}] = o
		}
	}
	return s, nil
}

func (g *guard) take(s sight) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = s
	for _, at := range places(s.at) {
		committed := s.at[at].Committed
		if last, known := g.last[at]; known && committed < last {
			g.complain(fmt.Sprintf("%s had committed %d, and later %d", at, last, committed))
		}
		g.last[at] = committed
	}
	close(g.news)
	g.news = make(chan struct{})
}

// after waits for a look that was asked for after a moment.
func (g *guard) after(ctx context.Context, moment time.Time) (sight, error) {
	for {
		g.mu.Lock()
		seen, news := g.seen, g.news
		g.mu.Unlock()
		if seen.asked.After(moment) {
			return seen, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return sight{}, ctx.Err()
		}
	}
}

// moved returns once every partition has been committed further than it was at the first look after a moment, or
// has nothing to be read; one at least has to move. Its error names those that do not.
func (g *guard) moved(ctx context.Context, since time.Time) error {
	first, err := g.after(ctx, since)
	if err != nil {
		return fmt.Errorf("asking what is committed: %w", err)
	}
	now := first
	for {
		still := stuck(first.at, now.at)
		if len(still) == 0 {
			return nil
		}
		next, err := g.after(ctx, now.asked)
		if err != nil {
			return fmt.Errorf("nothing is committed of %s", strings.Join(still, ", "))
		}
		now = next
	}
}

// stuck are the partitions of which nothing was committed between two looks.
func stuck(before, now map[place]stage.Offsets) []string {
	var still []string
	moved := 0
	for _, at := range places(before) {
		b, n := before[at], now[at]
		switch {
		case n.Committed > b.Committed:
			moved++
		case max(n.Committed, n.Start) >= n.End && n.End == b.End:
		default:
			still = append(still, at.String())
		}
	}
	if moved == 0 && len(still) == 0 {
		still = append(still, "any partition: nothing is written")
	}
	return still
}

// ended says which partitions are not committed to their end.
func ended(s sight) []string {
	var open []string
	for _, at := range places(s.at) {
		if o := s.at[at]; max(o.Committed, o.Start) != o.End {
			open = append(open, fmt.Sprintf("%s has committed %d of %d", at, o.Committed, o.End))
		}
	}
	return open
}

func places(of map[place]stage.Offsets) []place {
	return slices.SortedFunc(maps.Keys(of), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.pipeline, b.pipeline), cmp.Compare(a.partition, b.partition))
	})
}
