package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"sluice/internal/telemetry"
)

// verifyLine shows what is being done or waited for, where a person watches.
type verifyLine struct {
	process *process
	bar     *progressbar.ProgressBar // nil when nobody watches
	told    time.Time                // when nobody watches: the last line about waiting
}

// waitLineEvery is how often a log is told that something is waited for.
const waitLineEvery = 10 * time.Second

func newVerifyLine(p *process) *verifyLine {
	if !telemetry.IsTerminal(p.stderr) {
		return &verifyLine{process: p}
	}
	return &verifyLine{process: p, bar: progressbar.NewOptions64(-1, progressbar.OptionSetWriter(p.stderr),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}
}

// Waiting shows how far the pipelines are; where nobody watches it is a line now and then.
func (l *verifyLine) Waiting(behind int64) {
	what := fmt.Sprintf("waiting for the pipelines: %d behind", behind)
	if l.bar != nil {
		l.Doing(what, 0)
		return
	}
	if behind > 0 && time.Since(l.told) >= waitLineEvery {
		l.told = time.Now()
		l.process.tell(what)
	}
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
