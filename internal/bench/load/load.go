// Package load is the bare bulk loader: bodies made beforehand, sent straight to
// Elasticsearch with a few requests in flight. It is the ceiling that a pipeline into
// the same server is compared with.
package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sluice/internal/bench/nullbulk"
)

// Config of a load.
type Config struct {
	URL      string // of one Elasticsearch node
	Bodies   []nullbulk.Body
	InFlight int           // requests at once
	Warm     time.Duration // what is answered before is not counted
	For      time.Duration // ends then, or with the last body
}

// Result is what the server took.
type Result struct {
	Items    int64         `json:"items"`    // answered after the warm-up
	Rejected int64         `json:"rejected"` // of all, with a status that is neither 2xx nor 409
	Took     time.Duration `json:"took"`     // from the end of the warm-up to the last answer
}

type loader struct {
	cfg    Config
	client *http.Client
	start  time.Time
	next   atomic.Int64

	mu  sync.Mutex
	sum Result
}

// Run sends bodies until the time is up or there are no more.
func Run(ctx context.Context, cfg Config) (Result, error) {
	l := &loader{
		cfg:    cfg,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: cfg.InFlight}},
		start:  time.Now(),
	}
	defer l.client.CloseIdleConnections()
	group, ctx := errgroup.WithContext(ctx)
	for range cfg.InFlight {
		group.Go(func() error { return l.work(ctx) })
	}
	if err := group.Wait(); err != nil {
		return Result{}, err
	}
	return l.sum, nil
}

func (l *loader) work(ctx context.Context) error {
	for time.Since(l.start) < l.cfg.For {
		i := l.next.Add(1) - 1
		if i >= int64(len(l.cfg.Bodies)) {
			return nil
		}
		body := l.cfg.Bodies[i]
		rejected, err := l.send(ctx, body.Bytes)
		if err != nil {
			return err
		}
		l.count(body.Items, rejected)
	}
	return nil
}

func (l *loader) count(items, rejected int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum.Rejected += int64(rejected)
	if counted := time.Since(l.start) - l.cfg.Warm; counted >= 0 {
		l.sum.Items += int64(items)
		l.sum.Took = counted
	}
}

// send returns how many items were refused.
func (l *loader) send(ctx context.Context, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.cfg.URL+"/_bulk?filter_path=errors,items.*.status", bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("loading: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	resp, err := l.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("loading: %w", err)
	}
	defer resp.Body.Close() // read to its end or given up
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, fmt.Errorf("loading: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("loading: Elasticsearch answered %d", resp.StatusCode)
	}
	if bytes.HasPrefix(answer, []byte(`{"errors":false`)) {
		return 0, nil
	}
	return countRejected(answer)
}

func countRejected(answer []byte) (int, error) {
	var parsed struct {
		Items []map[string]struct{ Status int } `json:"items"`
	}
	if err := json.Unmarshal(answer, &parsed); err != nil {
		return 0, fmt.Errorf("reading a bulk answer: %w", err)
	}
	rejected := 0
	for _, item := range parsed.Items {
		for _, outcome := range item {
			if outcome.Status >= 300 && outcome.Status != http.StatusConflict {
				rejected++
			}
		}
	}
	return rejected, nil
}
