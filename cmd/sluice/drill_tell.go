package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"sluice/internal/drill/report"
	"sluice/internal/printable"
	"sluice/internal/telemetry"
)

// drillTeller shows how a campaign goes: a line a drill on stdout, and what is being done on stderr.
type drillTeller struct {
	process  *process
	terminal bool

	mu    sync.Mutex
	began time.Time
}

func newDrillTeller(p *process) *drillTeller {
	return &drillTeller{process: p, terminal: telemetry.IsTerminal(p.stderr), began: time.Now()}
}

// Tell shows what is being done: over the last line where a person watches.
func (t *drillTeller) Tell(drill, what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := fmt.Sprintf("%s %s: %s", time.Since(t.began).Round(time.Second), drill, what)
	if !t.terminal {
		t.process.tell(line)
		return
	}
	_, _ = io.WriteString(t.process.stderr, clearLine+printable.Line(line)) // a line that cannot be drawn stops nothing
}

// clearLine takes a terminal back to an empty line.
const clearLine = "\r\x1b[2K"

// Done prints a drill's line.
func (t *drillTeller) Done(d *report.Drill) {
	t.end()
	_, _ = io.WriteString(t.process.stdout, report.Line(d)+"\n") // the report has it, too
}

func (t *drillTeller) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.terminal {
		_, _ = io.WriteString(t.process.stderr, clearLine) // as above
	}
}
