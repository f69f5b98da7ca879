package fault

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"sluice/internal/pause"
)

// pulse asks a process how it is, all the while.
type pulse struct {
	url    string
	client *http.Client
	asked  int
	faint  int // times without the answer that it is well
	last   error
}

const (
	pulseEvery  = 500 * time.Millisecond
	pulseWithin = 5 * time.Second
)

func newPulse(url string) *pulse {
	return &pulse{url: url, client: &http.Client{Timeout: pulseWithin}}
}

// feel asks until ctx ends. Verdict may be asked for afterwards.
func (p *pulse) feel(ctx context.Context) {
	defer p.client.CloseIdleConnections()
	for ctx.Err() == nil {
		if err := p.ask(ctx); err != nil && ctx.Err() == nil {
			p.faint, p.last = p.faint+1, err
		}
		p.asked++
		pause.AtMost(ctx, pulseEvery)
	}
}

func (p *pulse) ask(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

func (p *pulse) verdict() error {
	if p.faint > 0 {
		return fmt.Errorf("%d of %d times it did not say that it is well: %w", p.faint, p.asked, p.last)
	}
	return nil
}
