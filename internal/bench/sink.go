package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"sluice/internal/bench/nullbulk"
	"sluice/internal/bench/proc"
)

// probePrefix begins the ids of the drivers whose pings are looked for; 13 digits of ms
// and a number follow.
const probePrefix = "probe-"

// nullSink is a null bulk server in a process of its own.
type nullSink struct {
	child *proc.Child
	http  *http.Client
	url   string
}

// startNull starts one; more are further options of its sub-command.
func (b *run) startNull(ctx context.Context, more ...string) (*nullSink, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := append([]string{"bench", "nullbulk", "--listen", address, "--probe", probePrefix}, more...)
	child, err := proc.Start(ctx, proc.Command{Path: b.cfg.Binary, Args: args})
	if err != nil {
		return nil, err
	}
	n := &nullSink{child: child, http: b.http, url: "http://" + address}
	for range 500 {
		if ok, _ := answersOK(ctx, n.http, n.url+nullbulk.StatsPath); ok { // not up yet
			return n, nil
		}
		select {
		case <-child.Done():
			return nil, child.Err()
		case <-time.After(pollEvery):
		}
	}
	return nil, errors.Join(errors.New("the null bulk server did not come up"), child.Stop())
}

// env points a pipeline to it; there are no templates to be checked.
func (n *nullSink) env(more ...string) []string {
	return append([]string{"SLUICE_ELASTIC_URLS=" + n.url, "SLUICE_CHECK=false"}, more...)
}

func (n *nullSink) stats(ctx context.Context) (nullbulk.Stats, error) {
	var s nullbulk.Stats
	return s, n.control(ctx, http.MethodGet, nullbulk.StatsPath, &s)
}

func (n *nullSink) reset(ctx context.Context) error {
	return n.control(ctx, http.MethodPost, nullbulk.ResetPath, nil)
}

func (n *nullSink) latency(ctx context.Context, d time.Duration) error {
	return n.control(ctx, http.MethodPost, nullbulk.LatencyPath+"?d="+url.QueryEscape(d.String()), nil)
}

func (n *nullSink) control(ctx context.Context, method, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, n.url+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("asking the null bulk server: %w", err)
	}
	resp, err := n.http.Do(req)
	if err != nil {
		return fmt.Errorf("asking the null bulk server: %w", err)
	}
	defer resp.Body.Close() // read to its end
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("asking the null bulk server: status %d", resp.StatusCode)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("asking the null bulk server: %w", err)
	}
	return nil
}

func (n *nullSink) end(err *error) {
	*err = errors.Join(*err, n.child.Stop())
}
