package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Ops is the URL of its ops listener, without a slash at its end.
func (p *Process) Ops() string { return p.ops }

// HTTP is the URL of its public listener, without a slash at its end.
func (p *Process) HTTP() string { return p.http }

// Log is the file of what it wrote, over all its lives.
func (p *Process) Log() string { return p.log }

// RSS is its resident memory, bytes; 0 when it does not live.
func (p *Process) RSS() (int64, error) { return residentOf(p.Pid()) }

// Files is how many files and connections it has open; 0 when it does not live.
func (p *Process) Files() (int, error) {
	pid := p.Pid()
	if pid == 0 {
		return 0, nil
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, fmt.Errorf("counting open files: %w", err)
	}
	return len(open), nil
}

// Env sets the further environment (NAME=value) of its next life only.
func (p *Process) Env(pairs ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = pairs
}

// Limit bounds its next life only. What the machine cannot do makes Start fail with ErrCannot.
func (p *Process) Limit(l Limits) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limits = l
}

const (
	readyEvery = 100 * time.Millisecond
	readyFor   = 5 * time.Second // one answer
)

// Ready waits until the process says that it is, and fails when it ends instead.
func (p *Process) Ready(ctx context.Context) error {
	client := &http.Client{Timeout: readyFor}
	defer client.CloseIdleConnections()
	look := time.NewTicker(readyEvery)
	defer look.Stop()
	for ended := p.Ended(); ; {
		err := ask(ctx, client, p.ops+"/readyz")
		if err == nil {
			return nil
		}
		select {
		case <-look.C:
		case <-ended:
			return errors.Join(fmt.Errorf("waiting for %s to be ready: it ended with %d", p.Name, p.Exit()), p.lastWords())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("waiting for %s to be ready: %w", p.Name, ctx.Err()), err)
		}
	}
}

func ask(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %s", resp.StatusCode, text)
	}
	return nil
}

const maxAnswerBytes = 1 << 20

// lastWords is the end of what it wrote.
func (p *Process) lastWords() error {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err
	}
	return lastOf(string(text[max(0, len(text)-maxAnswerBytes):]))
}
