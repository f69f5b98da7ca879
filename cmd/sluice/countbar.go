package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"sluice/internal/telemetry"
)

// countBar draws how much of something is done, where a person watches.
type countBar struct {
	out  io.Writer // nil when nobody watches
	what string
	bar  *progressbar.ProgressBar
}

func newCountBar(w io.Writer, what string) *countBar {
	if !telemetry.IsTerminal(w) {
		return &countBar{}
	}
	return &countBar{out: w, what: what}
}

func (b *countBar) set(done, of int) {
	if b.out == nil {
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(b.out), progressbar.OptionSetDescription(b.what),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
	}
	_ = b.bar.Set(done) // a bar that cannot be drawn must not stop the work
}

func (b *countBar) end() {
	if b.bar != nil {
		_ = b.bar.Finish() // as above
	}
	b.bar = nil
}
