package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"sluice/internal/simulate/load"
	"sluice/internal/telemetry"
)

// simulateBar draws how a load goes, where a person watches.
type simulateBar struct {
	mu    sync.Mutex
	line  *verifyLine              // what is said while the pipelines are waited for
	bar   *progressbar.ProgressBar // nil when nobody watches, or at the end
	out   io.Writer
	begun time.Time
}

func newSimulateBar(p *process) *simulateBar {
	b := &simulateBar{line: newVerifyLine(p)}
	if telemetry.IsTerminal(p.stderr) {
		b.out = p.stderr
	}
	return b
}

// Progress moves it.
func (b *simulateBar) Progress(p load.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.Behind >= 0 {
		b.clear()
		b.line.Waiting(p.Behind)
	}
	if b.out == nil {
		return
	}
	if b.bar == nil {
		b.begun = time.Now()
		b.bar = progressbar.NewOptions64(p.Total, progressbar.OptionSetWriter(b.out),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
	}
	b.bar.Describe(fmt.Sprintf("%d answered, %.0f/s; waiting %d, skipped %d, sent again %d",
		p.Answered, float64(p.Answered)/max(time.Since(b.begun).Seconds(), 0.1), p.Backlog, p.Skipped, p.Retries))
	_ = b.bar.Set64(p.Due) // a bar that cannot be drawn must not stop the load
}

func (b *simulateBar) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
	b.line.end()
}

// clear ends the drawing; the lock is held.
func (b *simulateBar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear() // as above
	}
	b.bar, b.out = nil, nil
}
