package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"sluice/internal/telemetry"
)

// verifyLine shows what verify is doing, where a person watches.
type verifyLine struct {
	bar *progressbar.ProgressBar // nil when nobody watches
}

func newVerifyLine(w io.Writer) *verifyLine {
	if !telemetry.IsTerminal(w) {
		return &verifyLine{}
	}
	return &verifyLine{bar: progressbar.NewOptions64(-1, progressbar.OptionSetWriter(w),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}
}

// Doing shows it.
func (l *verifyLine) Doing(what string, n int64) {
	if l.bar == nil {
		return
	}
	if n > 0 {
		what = fmt.Sprintf("%s: %d", what, n)
	}
	l.bar.Describe(what)
	_ = l.bar.Add(1) // a line that cannot be drawn must not stop the proof
}

func (l *verifyLine) end() {
	if l.bar != nil {
		_ = l.bar.Clear() // as above
	}
}
