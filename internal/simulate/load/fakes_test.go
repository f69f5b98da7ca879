package load

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"sluice/internal/simulate/ledger"
	"sluice/internal/simulate/plan"
	"sluice/pipelines"
	"sluice/schemas"
)

// gateway judges as the real one does, after a while.
type gateway struct {
	mu     sync.Mutex
	took   func(request int) (time.Duration, error) // nil = at once, answered
	posts  int
	known  map[int64]int // times that a record was accepted
	author *plan.Author
}

func (g *gateway) Post(ctx context.Context, body []byte, ends []int) (Answer, error) {
	g.mu.Lock()
	request := g.posts
	g.posts++
	g.mu.Unlock()
	if g.took != nil {
		wait, err := g.took(request)
		if wait > 0 {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
				return Answer{}, &Busy{Err: ctx.Err()}
			}
		}
		if err != nil {
			return Answer{}, err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var answer Answer
	var ping schemas.Ping
	lines := bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"))
	if len(lines) != len(ends) {
		panic("the ends are not those of the lines")
	}
	for i, line := range lines {
		if err := schemas.DecodePing(&ping, line); err != nil {
			answer.Rejected++
			answer.Refused = append(answer.Refused, ledger.Refusal{Index: int64(i), Code: "x"})
			continue
		}
		g.known[ping.Seq]++
	}
	return answer, nil
}

// book keeps the ledger in memory.
type book struct {
	mu       sync.Mutex
	issued   int64
	outcomes map[int64]ledger.Outcome
	samples  int
	lives    []ledger.Life
	err      error // of every call from now on
	slow     time.Duration
}

func (b *book) Issue(to int64) error {
	if b.slow > 0 {
		<-time.After(b.slow)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.issued = to
	return b.err
}

func (b *book) Outcome(o ledger.Outcome) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, twice := b.outcomes[o.Block]; twice {
		panic("a block with two outcomes")
	}
	if o.State != ledger.Skipped && o.Block >= b.issued {
		panic("a block was sent before it was durable")
	}
	b.outcomes[o.Block] = o
	return b.err
}

func (b *book) Sample(ledger.Sample) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.samples++
	return b.err
}

func (b *book) Life(l ledger.Life) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lives = append(b.lives, l)
	return b.err
}

// topic keeps what is published.
type topic struct {
	mu     sync.Mutex
	values int
	err    error
}

func (p *topic) Publish(_ context.Context, _ string, records []pipelines.Record) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		err := p.err
		p.err = nil
		return err
	}
	p.values += len(records)
	return nil
}

type quiet struct{}

func (quiet) Progress(Progress) {}

// bench is a load with everything faked, inside a bubble of virtual time.
type bench struct {
	cfg     Config
	gateway *gateway
	book    *book
	topic   *topic
}

func newBench(t *testing.T) *bench {
	t.Helper()
	time.Sleep(48 * time.Hour) // a bubble begins where the times of pings do: late ones would be from before
	cfg := Config{
		Plan: plan.Plan{
			Run: "sim-t-", Seed: 3, Start: time.Now().Add(100 * time.Millisecond).UnixMilli(), Rate: 1000, Drivers: 50, Records: 10_000, Batch: 50,
			Shares: plan.Shares{Late: 0.05, Poison: 0.02, Topic: 0.5, Doubled: 0.05, Disordered: 0.05},
			Rules:  plan.Rules{MaxAge: 60_000},
		},
		Topic: "driver.pings", Workers: 4, Backlog: 10_000, GiveUp: 10 * time.Second, Grace: time.Second,
	}
	author, err := plan.New(cfg.Plan)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{
		cfg: cfg, gateway: &gateway{known: map[int64]int{}, author: author},
		book: &book{outcomes: map[int64]ledger.Outcome{}}, topic: &topic{},
	}
}

func (b *bench) run(ctx context.Context) (Summary, error) {
	return Run(ctx, b.cfg, Deps{Gateway: b.gateway, Topic: b.topic, Book: b.book, Watcher: quiet{}})
}

func (b *bench) states() map[ledger.State]int {
	n := map[ledger.State]int{}
	for _, o := range b.book.outcomes {
		n[o.State]++
	}
	return n
}
