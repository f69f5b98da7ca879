package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"sluice/internal/bench/proc"
)

// product is a running sluice, watched through its ops listener.
type product struct {
	child    *proc.Child
	http     *http.Client
	ops      string // URL
	pipeline string
}

// counts are a pipeline's counters at one moment, and when that was.
type counts struct {
	at       time.Time
	consumed float64
	settled  float64
}

const pollEvery = 20 * time.Millisecond

// start runs one or more roles.
func (b *run) start(ctx context.Context, roles, pipeline string, env []string) (*product, error) {
	ops, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := []string{"run", roles}
	if pipeline != "" {
		args = append(args, "--pipelines", pipeline)
	}
	child, err := proc.Start(ctx, proc.Command{Path: b.cfg.Binary, Args: args, Env: append(env, "SLUICE_OPS_LISTEN="+ops)})
	if err != nil {
		return nil, err
	}
	return &product{child: child, http: b.http, ops: "http://" + ops, pipeline: pipeline}, nil
}

// freeAddress is a loopback address that nobody listens on at the moment.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // no wait in it
	if err != nil {
		return "", fmt.Errorf("looking for a free port: %w", err)
	}
	address := l.Addr().String()
	return address, l.Close()
}

// read asks for the counters once.
func (p *product) read(ctx context.Context) (counts, error) {
	if err := p.child.Err(); err != nil {
		return counts{}, err
	}
	m, err := proc.Scrape(ctx, p.http, p.ops+"/metrics")
	if err != nil {
		return counts{}, err
	}
	label := fmt.Sprintf("pipeline=%q", p.pipeline)
	c := counts{at: time.Now(), consumed: m.Sum("sluice_records_consumed_total", label)}
	for _, verdict := range []string{"stored", "stale", "duplicate", "poison"} {
		c.settled += m.Sum("sluice_records_total", label, fmt.Sprintf("verdict=%q", verdict))
	}
	return c, nil
}

// until polls the counters until done says so; seen is told of each reading. Readings
// that fail are passed over as long as the process lives: it may still be starting.
func (p *product) until(ctx context.Context, every, limit time.Duration, done func(counts) bool) (counts, error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	late := time.NewTimer(limit)
	defer late.Stop()
	var last counts
	for {
		now, err := p.read(ctx)
		if err == nil && done(now) {
			return now, nil
		}
		if err == nil {
			last = now
		}
		if dead := p.child.Err(); dead != nil {
			return last, dead
		}
		select {
		case <-tick.C:
		case <-late.C:
			return last, errors.Join(fmt.Errorf("waiting for %s: %s passed at %.0f consumed, %.0f settled", p.pipeline, limit, last.consumed, last.settled), err)
		case <-ctx.Done():
			return last, context.Cause(ctx)
		}
	}
}

// ready waits until the ops listener says so.
func (p *product) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("not ready within 30 s"))
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if err := p.child.Err(); err != nil {
			return err
		}
		if ok, err := answersOK(ctx, p.http, p.ops+"/readyz"); ok {
			return nil
		} else if ctx.Err() != nil {
			return errors.Join(context.Cause(ctx), err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

func answersOK(ctx context.Context, client *http.Client, url string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return false, err
	}
	return resp.StatusCode == http.StatusOK, resp.Body.Close()
}

// profile keeps a CPU profile of the next so many seconds, when profiles are wanted; wait
// for the returned channel before the process is stopped.
func (b *run) profile(ctx context.Context, p *product, name string, span time.Duration) <-chan error {
	done := make(chan error, 1)
	if b.cfg.ProfileDir == "" {
		done <- nil
		return done
	}
	go func() {
		file := filepath.Join(b.cfg.ProfileDir, name+".pprof")
		done <- download(ctx, p.http, fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", p.ops, max(1, int(span.Seconds()))), file)
	}()
	return done
}

func download(ctx context.Context, client *http.Client, url, file string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("profiling: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("profiling: %w", err)
	}
	defer resp.Body.Close()     // read to its end
	out, err := os.Create(file) // the operator's own directory
	if err != nil {
		return fmt.Errorf("profiling: %w", err)
	}
	_, err = out.ReadFrom(resp.Body)
	return errors.Join(err, out.Close())
}

// end stops the process.
func (p *product) end(err *error) {
	*err = errors.Join(*err, p.child.Stop())
}
