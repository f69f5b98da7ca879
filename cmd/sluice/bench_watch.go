package main

import (
	"fmt"
	"io"
	"sync"

	"github.com/schollz/progressbar/v3"

	"sluice/internal/bench"
	"sluice/internal/telemetry"
)

// benchWatcher shows how far a bench is: a bar on a terminal, a line for each piece of
// work anywhere else.
type benchWatcher struct {
	out io.Writer
	tty bool

	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

func newBenchWatcher(out io.Writer) *benchWatcher {
	return &benchWatcher{out: out, tty: telemetry.IsTerminal(out)}
}

// Began starts a new bar or line.
func (w *benchWatcher) Began(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.tty {
		w.say(what)
		return
	}
	w.clear()
	w.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(w.out), progressbar.OptionSetDescription(what), progressbar.OptionClearOnFinish())
}

// Progress moves the bar.
func (w *benchWatcher) Progress(done, total int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bar == nil {
		return
	}
	if w.bar.GetMax64() != total {
		w.bar.ChangeMax64(total)
	}
	// A bar that cannot be drawn is no reason to stop measuring.
	_ = w.bar.Set64(min(done, total))
}

// Measured shows a result at once; the whole table comes at the end.
func (w *benchWatcher) Measured(line bench.Line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clear()
	w.say(line.Row + ": " + line.String())
}

// say writes a line; one that cannot be shown is no reason to stop measuring.
func (w *benchWatcher) say(text string) {
	_, _ = fmt.Fprintln(w.out, text)
}

func (w *benchWatcher) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clear()
}

func (w *benchWatcher) clear() {
	if w.bar != nil {
		_ = w.bar.Clear() // only what is seen
		w.bar = nil
	}
}
